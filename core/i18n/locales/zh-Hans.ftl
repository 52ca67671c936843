# 核心对成员和管理员说的话。写法见 docs/translation.md。

# 各处显示积分和 Telegram Stars 数额的写法。
amount-points = { $amount } 积分
amount-stars = { $amount } ⭐

## 命令。命令名不带斜杠。

unknown-command = 没有 /{ $name } 这个命令。发送 /help 看看我会做什么。
unknown-command-suggest = 没有 /{ $name } 这个命令。你是想用 /{ $suggestion } 吗？
usage = 用法：{ $usage }
arg-missing = 还缺少“{ $name }”，请补上。
arg-not-int = “{ $name }”需要填整数，而“{ $found }”不是整数。
arg-too-small = “{ $name }”太小了，请填 { $minimum } 到 { $maximum } 之间的数。
arg-too-large = “{ $name }”太大了，请填 { $minimum } 到 { $maximum } 之间的数。
arg-too-small-open = “{ $name }”太小了，不能小于 { $minimum }。
arg-too-large-open = “{ $name }”太大了，不能大于 { $maximum }。
# $maximum 和 $found 是字数。
arg-too-long = “{ $name }”太长了：有 { $found } 个字，最多 { $maximum } 个字。
arg-not-choice = “{ $name }”只能从这些里选：{ $choices }
arg-not-bool = “{ $name }”只能填“是”或“否”，不能填“{ $found }”。
arg-not-member = 这里找不到“{ $found }”。“{ $name }”需要是本社区的成员。
arg-extra = 不明白“{ $found }”是什么意思，请去掉它再试一次。
arg-not-duration = “{ $name }”要填一段时间，比如 30m、2h 或 1d，而“{ $found }”不是。
arg-not-amount = { $name } 须为金额，最多 { $decimals } 位小数，例如 12.5，而不是“{ $found }”。

## 按钮

button-forged = 这个按钮在这里无效。
button-expired = 这个按钮已经过期了。
button-foreign = 这个按钮是给别人的。
button-gone = 这个功能已经关闭，按钮不再有效。

## 表单

form-expired = 这份表单已经过期，请重新开始。
form-not-open = 你现在没有要填的表单。
form-error-required = 请回答这个问题。
form-saved = 谢谢，你的回答已保存。
form-cancelled = 已取消，没有保存任何内容。

## 拒绝与故障

not-allowed = 只有管理员可以这样做。
plugin-failed = 我们这边出了点问题，不过什么都没有丢失。问题已记录，管理员会看到。
plugin-paused = 这个功能暂时休息一下，请稍后再试。
insufficient-funds = 你有 { $balance }，而这需要 { $needed }。
here-only-in-room = 请在群里使用这个命令，不要在私聊里用。
here-only-in-dm = 请在私聊里发给我。
bots-cannot = 机器人不能参加这个活动。

## 帮助

help-title = 我会做的事
help-line = { $usage } – { $description }
help-empty = 这里暂时没有你可以用的命令。

## 给管理员

operator-plugin-paused = <b>{ $plugin }</b> 在 <code>{ $hook }</code> 处接连出错，已暂停：{ $error }
operator-brake-take = 我本来要一次收回 { $wanted } 个账号的 <b>{ $access }</b>，现在一个都没动：没有你的确认，一小时内最多处理 { $allowed } 个。用 <code>coterie access plan</code> 查看是谁、为什么，确认无误后运行 <code>coterie access apply --confirm</code>。
operator-brake-again = 有人手动收走了 { $wanted } 个账号的 <b>{ $access }</b>，我没有补发：没有你的确认，一小时内最多处理 { $allowed } 个。用 <code>coterie access plan</code> 查看涉及谁，确认无误后运行 <code>coterie access apply --confirm</code>。
access-invite-title = { $access }：欢迎加入
access-invite-text = 你现在可以进入 { $community } 的专属空间了。链接仅供你本人使用，只能用一次，一周内有效。
access-invite-open = 进入 { $access }

## Erased members

erased-name = 已注销成员 { $code }
erase-payment = 还有一笔付款等待 { $plugins } 处理。

## 成员数据导出

export-readme = 这里是{ $community }保存的关于 { $name } 的全部数据。文件均为 JSON 格式，用任何文本编辑器或浏览器都能打开。时间为 1970 年以来的毫秒数，旁边的 _utc 是对应的 UTC 日期；金额为最小单位的整数；超过 15 位的数字写在引号里。
export-readme-member = 你的身份：成员记录、各平台账号、所在群组，以及你同意过的事项。
export-readme-ledger = 你的资产：各币种余额、冻结的金额，以及每一笔变动和变动后的余额。
export-readme-waiting = 尚未送达或发送失败的消息，以及你还没填完的表单。
export-readme-coterie = 不属于某项功能的其他数据：权限、标签、备注，以及与你有关的管理操作。
keeps-unknown = 该功能没有说明保存了哪些数据。
handing-title = 你的数据
handing-text = 与你有关的全部数据都在一个文件里，只能下载一次。
handing-button = 下载

## 收支明细里的事由

reason-merge = 账号关联
reason-unmerge = 取消关联
reason-erase = 账号注销
reason-reverse = 冲正

## 无法撤销的成员合并

merge-unknown = 没有这次合并。
merge-undone = 这次合并已经撤销过了。
merge-too-late = 合并只能在 { $days } 天内撤销。
merge-inside = 这个成员后来又并入了 { $name }，请先撤销那次合并。
merge-no-account = 这次合并的账号现在已属于别人，无法归还。请先把那个成员重新合并进来。
merge-short = 有一部分钱在合并后花掉了，还没有人确认接受差额。

## 筛选成员。$at 是条件中从 1 数起的第几个字符。

filter-empty = 筛选条件是空的。可以这样写：tag:vip and balance>=100
filter-too-long = 筛选条件太长：有 { $found } 个字符，最多 { $maximum } 个。
filter-too-deep = 第 { $at } 个字符：嵌套太深，最多 { $maximum } 层。
filter-too-many = 第 { $at } 个字符：条件太多，连同引用的分组最多 { $maximum } 个。
filter-open-quote = 第 { $at } 个字符：这个引号没有闭合。
filter-expected-test = 第 { $at } 个字符：这里应该是一个条件，例如 tag:vip，却写了“{ $found }”。
filter-expected-test-end = 第 { $at } 个字符：这里应该还有一个条件，例如 tag:vip，但已经结束了。
filter-expected-and = 第 { $at } 个字符：这里应该是“and”（且）、“or”（或）或者结束，却写了“{ $found }”。带空格的内容请加引号。
filter-expected-close = 第 { $at } 个字符：第 { $opened } 个字符的括号还没有闭合，这里应该是“)”，却写了“{ $found }”。
filter-expected-close-end = 第 { $at } 个字符：第 { $opened } 个字符的括号还没有闭合。
filter-expected-value = 第 { $at } 个字符：{ $field } 后面应该有一个值，却写了“{ $found }”。
filter-expected-value-end = 第 { $at } 个字符：{ $field } 后面还缺一个值。
filter-unknown-field = 第 { $at } 个字符：没有“{ $field }”这个条件。可以用：{ $known }
filter-unknown-field-suggest = 第 { $at } 个字符：没有“{ $field }”这个条件。是不是想写 { $suggestion }？
filter-needs-name = 第 { $at } 个字符：{ $field } 后面要写名称，例如 { $field }.city
filter-no-name = 第 { $at } 个字符：{ $field } 后面不能用点号加名称。
filter-only-alone = 第 { $at } 个字符：{ $field } 单独使用，不带值；相反的意思写“not { $field }”。
filter-needs-value = 第 { $at } 个字符：{ $field } 需要比较一个值，可用：{ $operators }
filter-wrong-operator = 第 { $at } 个字符：{ $field } 不能用“{ $found }”比较，可用：{ $operators }
filter-not-number = 第 { $at } 个字符：{ $field } 要和整数比较，“{ $found }”不是整数。
filter-not-moment = 第 { $at } 个字符：{ $field } 要和时长（例如 30d，用 < 或 >）或日期（例如 2026-01-31）比较，而不是“{ $found }”。
filter-not-ordered = 第 { $at } 个字符：只有数字和日期才能比大小，“{ $found }”都不是。
filter-cycle = 第 { $at } 个字符：分组 { $name } 会包含它自己：{ $path }
filter-no-segment = 第 { $at } 个字符：没有 { $name } 这个分组。
filter-bad-name = “{ $name }”不能用作名称：最多 32 个字符，不能有空格和括号。
filter-name-is-field = { $name } 已经是筛选条件里的词，请换一个名称。
filter-too-many-segments = 最多只能有 { $maximum } 个分组，请先删除一个。
filter-in-use = 其他分组正在使用 { $name }：{ $users }。请先修改它们。

## 管理

# 管理员试图禁言或移出某人时看到。
moderate-operator = { $name } 是管理员，不能禁言或移出。
moderate-bot = { $name } 是机器人，只能由群组的管理者添加或移出。
operator-space-moved = <b>{ $title }</b> 在 { $platform } 上换了新的 ID：<code>{ $new }</code>，原来是 <code>{ $old }</code>。一切照常运行。请把 <code>plugins.toml</code> 里的旧 ID 都改成新的。

## 活动（平台没有日历时）

gathering-when = 时间
gathering-where = 地点
gathering-span = { $starts } – { $ends }
gathering-off = 活动已取消。

## 命令参数（插件没有自己的说明时）

option-int = { $name }：整数
option-str = { $name }：文字
option-bool = { $name }：是或否
option-choice = { $name }：从选项中选一个
option-duration = { $name }：一段时间，例如 30m、2h 或 1d
option-member = { $name }：成员

## 领取之前可以向成员提出的条件

condition-tag = 标签 { $value }
condition-tag-not = 仅限带有“{ $value }”标签的成员。
condition-segment = 分组 { $value }
condition-segment-not = 仅限“{ $value }”分组的成员。
condition-role = { $value }
condition-role-not = 仅限拥有“{ $value }”的成员。
condition-tenure = 入群满 { $value }
condition-tenure-not = 仅限入群满 { $value } 的成员。
condition-active = { $value } 内发过言
condition-active-not = 仅限最近 { $value } 内发过言的成员。
condition-if = { $value }
condition-if-not = 仅限部分成员：{ $value }
condition-gone = { $name }
condition-gone-not = 条件“{ $name }”已无法判断，因此视为不符合。
condition-unknown = 没有“{ $found }”这个条件。可用的有：{ $known }
