# 管理员的成员资料，以及群发。

command-member = 查看成员的全部资料
command-member-member = 哪位成员
command-tag = 给成员加标签或去掉标签
command-tag-act = add（加）或 remove（去掉）
command-tag-member = 哪位成员
command-tag-tag = 一个短词
command-note = 给成员写备注，只有管理员能看到
command-note-member = 哪位成员
command-note-text = 备注内容
command-notes = 查看成员的备注
command-notes-member = 哪位成员
command-attribute = 设置成员的属性
command-attribute-member = 哪位成员
command-attribute-name = 哪个属性
command-attribute-value = 属性值，不填则删除
command-tag-all = 给符合条件的所有人加标签
command-tag-all-act = add（加）或 remove（去掉）
command-tag-all-tag = 一个短词
command-tag-all-filter = 分组名或筛选条件，例如 joined<30d and not left
command-attribute-all = 给符合条件的所有人设置属性
command-attribute-all-name = 哪个属性
command-attribute-all-value = 属性值
command-attribute-all-filter = 分组名或筛选条件
command-segment = 把筛选条件保存为分组
command-segment-act = save（保存）、show（查看）、list（列出）或 delete（删除）
command-segment-name = 分组名
command-segment-filter = 例如 tag:vip and balance>=100
command-broadcast = 给一个分组的所有人群发消息
command-broadcast-audience = 分组名，或加引号的筛选条件
command-broadcast-text = 消息内容
command-broadcasts = 查看最近群发的进度
command-quiet = 不再接收群发消息
command-quiet-on = 填“否”则恢复接收
command-audit = 查看管理员的操作记录
command-audit-about = @某人，或某个命令的名称

value = { $value }
value-yes = 是
value-no = 否

profile-accounts = 账号
profile-standing = 身份
profile-standing-member = 成员
profile-standing-operator = 管理员
profile-joined = 加入时间
profile-left = 离开时间
profile-heard = 最近发言
profile-balance = 余额
profile-tags = 标签
profile-day = { $day }
profile-money = { $money }
profile-quiet = 🔕 不接收群发消息。

tag-bad = “{ $tag }”不能用作标签：最多 32 个字符，不能有空格和括号。
tag-added = 已给 { $name } 加上标签 { $tag }。
tag-removed = 已去掉 { $name } 的标签 { $tag }。
tag-has = { $name } 已经有标签 { $tag } 了。
tag-has-not = { $name } 没有标签 { $tag }。

note-done = 关于 { $name } 的备注已保存，只有管理员能看到。
note-head = 📝 { $name }，{ $at }
notes-title = { $name } 的备注
notes-none = 还没有备注。

attribute-set = { $name } 的{ $attribute }已设为 { $value }。
attribute-removed = 已删除 { $name } 的属性{ $attribute }。
attribute-bad-name = “{ $name }”不能用作属性名：可用文字、数字、_ 和 -，最多 32 个字符。
attribute-unknown = 这里没有 { $name } 这个属性。可以用：{ $known }
attribute-not-int = { $name } 必须是整数，不能是“{ $found }”。
attribute-not-bool = { $name } 必须填是或否，不能是“{ $found }”。
attribute-not-date = { $name } 必须是日期，例如 2026-01-31，不能是“{ $found }”。
attribute-not-text = { $name } 必须是文字，不能是“{ $found }”。

crowd-nobody = 没有人符合 { $name }。
crowd-too-many = 符合条件的有 { $count } 人，一次最多修改 { $maximum } 人，请缩小范围。
bulk-yes = 确定
bulk-done = 完成：已修改 { $count } 人。
bulk-expires = 请在 { $minutes } 分钟内确认，否则不会修改。
tag-all-ask = 确定给 { $count } 人（{ $audience }）加上标签 { $tag } 吗？
untag-all-ask = 确定去掉 { $count } 人（{ $audience }）的标签 { $tag } 吗？
attribute-all-ask = 确定把 { $count } 人（{ $audience }）的{ $attribute }设为“{ $value }”吗？

segments-title = 分组
segments-none = 还没有分组。可以这样保存：/segment save vips tag:vip and not left
segment-count = 共 { $count } 人
segment-sample = 其中有：{ $names }
segment-which = 请写上分组名。
segment-unknown = 没有 { $name } 这个分组。
segment-deleted = 分组 { $name } 已删除。

broadcast-footer = 不想再收到这类消息，请发送 /quiet。
broadcast-ask = 将私信 { $count } 人（{ $audience }）。已离开的、发过 /quiet 的和无法私信的人会跳过。
broadcast-send = 发送
broadcast-stop = 停止
broadcast-resume = 继续
broadcast-already = 这条群发已经开始了。
broadcast-stopping = 已停止。已经发出的仍会送达。
broadcast-not-running = 这条群发不在进行中。
broadcast-not-stopped = 这条群发没有停止。
broadcast-collecting = 群发：正在收集名单……
broadcast-running = 群发：进行中
broadcast-stopped = 群发：已停止
broadcast-done = 群发：已完成
broadcast-failed = 群发：失败，分组已不存在
broadcasts-title = 群发记录
broadcasts-none = 还没有群发过。
broadcasts-line = { $at } · { $state } · { $sent }/{ $total } · { $audience }
progress-sent = 已发送
progress-queued = 发送中
progress-pending = 等待中
progress-unreachable = 无法私信
progress-opted-out = 免打扰
progress-gone = 已离开
progress-failed = 失败
progress-unknown = 结果不明

quiet-on = 🔕 你不会再收到群发消息。想恢复接收，请发送 /quiet 否。
quiet-off = 🔔 你会重新收到群发消息。

audit-title = 管理员操作记录
audit-none = 没有记录。
audit-older = 更早
audit-at = { $at }

# 在 /privacy 和导出文件中显示。
privacy-keeps = 自身不保存数据；管理员给你的标签、资料和备注，以及你是否接收群发消息，记录在核心数据里。
