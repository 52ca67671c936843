# 绑定同一个人在不同平台上的账号。

command-link = 绑定你在其他平台的账号
command-link-code = 另一个账号拿到的绑定码，不填则获取一个
command-whoami = 查看你在这里的身份

link-title = 绑定账号
link-how = 你的一次性绑定码 { $code } 在 { $until } 前有效。请用你在另一个平台的账号把下面这行发给我：
link-careful = 绑定码只能用一次。不要把它给任何人，也不要发送别人给你的绑定码，否则两个账号会合为一个。
link-done = 🔗 绑定成功，这些账号现在属于同一个人：{ $accounts }
link-moved = 已合并到同一个钱包：{ $amounts }
link-money = { $money }
link-wrong = 绑定码不对。{ $left ->
    [0] 暂时不能再试了。
   *[other] 还可以试 { $left } 次。
}
link-too-many = 错误次数太多，{ $until } 之后可以再试。
link-expired = 这个绑定码已在 { $at } 过期。请用另一个账号发送 /link 重新获取。
link-used = 这个绑定码已经用过了。请用另一个账号发送 /link 重新获取。
link-own = 这是你自己的绑定码，请用你在另一个平台的账号发送。
link-already = 这些账号已经绑定过了。
link-same-platform = 你在 { $platforms } 上已经有账号，这里不能绑定同一平台的两个账号。

whoami-standing = 身份
whoami-standing-member = 成员
whoami-standing-operator = 管理员
whoami-id = 编号
whoami-accounts = 账号
whoami-link = 在其他平台也有账号？用 /link 绑定成同一个人。

# 解绑账号。成员确认之前什么都不会发生。

command-unlink = 解绑自己的一个账号
unlink-title = 解绑账号
unlink-which = 要让哪个账号重新独立？
unlink-ask = 确定解绑 { $account } 吗？
unlink-means = 这个账号会变成一个全新的成员，从零开始。钱包、等级和其他一切都留给你其余的账号。
unlink-money = 留给其余账号：{ $amounts }
unlink-goes = 从零开始
unlink-stays = 保留一切
unlink-yes = 确认解绑
unlink-footer = 解绑不能撤回，但可以用 /link 重新绑定。解绑前已有的奖励（例如今天的签到、还没领完的红包）不能再领一次。
unlink-done = { $account } 现在是独立的成员了，其他一切照旧。
unlink-done-new = { $account } 现在是独立的成员，从零开始。不是你本人操作？请告诉管理员。
unlink-last = 你在这里只有一个账号，没有可以解绑的。
unlink-off = 这里不能自行解绑账号，请联系管理员。
unlink-too-soon = { $at } 之后才能解绑账号。
unlink-not-yours = 这个账号已经不属于你了。

# 管理员操作。

command-merge = 把两个成员合并成同一个人
command-merge-kept = 保留谁
command-merge-gone = 并入的是谁
command-unmerge = 撤销一次成员合并
command-unmerge-member = 谁的合并
merge-ask = 把 { $gone } 并入 { $kept } 吗？
merge-means = 两者会成为同一个人：同一个钱包、同样的权限。双方都有的数据会相加，或者只算一次。
merge-stays = 保留
merge-goes = 并入
merge-money = 转移的余额
merge-held = 冻结中
merge-data = 数据
merge-rows = { $plugin }：转移 { $moved } 条，合并 { $united } 条，原样保留 { $left } 条
merge-yes = 确认合并
merge-footer = 可以用 /unmerge 撤销。
merge-done = { $gone } 和 { $kept } 现在是同一个人了。
merge-undo-with = 合并错了？用 /unmerge 撤销。
merge-same = { $name } 已经是同一个人了。
unmerge-none = { $name } 最近 { $days } 天内没有可以撤销的合并。
unmerge-title = { $name } 的合并记录
unmerge-line = { $number }. { $names }：{ $at }，操作人 { $by }
unmerge-one = 撤销 { $number }：{ $names }
unmerge-ask = 把 { $names } 和 { $kept } 重新分开吗？
unmerge-means = 双方各自拿回合并前属于自己的东西；合并之后新增的归保留的一方。
unmerge-short-means = ⚠️ 有一部分钱在合并后花掉了，无法退还；要补上的话只能由社区重新发放。
unmerge-accounts = 归还的账号
unmerge-returned = 退还的余额
unmerge-short = 差额
unmerge-rows = { $plugin }：{ $count } 条
unmerge-yes = 撤销合并
unmerge-yes-short = 接受差额并撤销
unmerge-done = { $gone } 和 { $kept } 已经重新分开。
unmerge-gave = 已退还：{ $amounts }
unmerge-missing = 因已花掉而缺少：{ $amounts }
unmerge-stuck = 有 { $count } 条数据无法归还，留在原处。
unmerge-told = 管理员把绑定的账号分开了。你现在的账号是：{ $accounts }
confirm-expires = 请在 { $minutes } 分钟内确认，否则不会有任何变化。

# 在 /privacy 和导出文件中显示。
privacy-keeps = 绑定码和输错次数（只保留几分钟），以及账号何时绑定，以便撤销错误的绑定。
