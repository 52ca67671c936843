# 谁有什么权限，为什么。

command-access = 查看你拥有的权限
command-access-member = 其他成员（仅管理员）
command-access-give = 给成员授权
command-access-give-member = 给谁
command-access-give-access = 权限名称
command-access-give-until = 多久：30d、2026-12-31 或 永久
command-access-give-reason = 原因，管理员日后可以查看
command-access-end = 收回管理员给成员的授权
command-access-end-member = 收回谁的
command-access-end-access = 权限名称
command-access-end-reason = 原因，管理员日后可以查看

access-own-title = 你的权限
access-own-none = 你在这里还没有特别的权限。
access-link = 获取 { $access } 的链接
access-link-sent = 新链接已私信发给你，之前的链接已失效。
access-link-none = 没有需要发送的链接：你已经在里面了，或者链接正在路上。
access-open-end = 长期有效
access-until = 有效期至 { $until }

access-member-title = { $name } 的权限
access-member-none = { $name } 目前没有任何权限。
access-has = 现在
access-had = 以前
access-line = { $access }，来自 { $plugin }（{ $source }），{ $given } 起
access-over = { $access }，来自 { $plugin }（{ $source }），{ $at } 结束

access-given = { $name } 现在拥有 { $access }。
access-given-until = { $name } 现在拥有 { $access }，有效期至 { $until }。
access-ended = 管理员给 { $name } 的 { $access } 授权已收回。
access-still = { $name } 仍然拥有这项权限，来自：{ $sources }
access-none = 没有管理员给 { $name } 授予过 { $access }。其他功能给的权限，请在对应功能里结束。
access-unknown = 没有 { $found } 这项权限。现有的权限：{ $known }
access-no-accesses = 这个社群的配置里还没有设置任何权限。
access-until-wrong = { $found } 不是一个将来的期限。请写时长（如 30d）、最后一天（如 2026-12-31）或“永久”。

access-braked-title = 已暂停：{ $access }
access-braked-take = 我本来要收回 { $wanted } 个账号的 { $access }。没有你的确认，一小时内最多处理 { $allowed } 个，所以现在一个都没动。如果是误操作，改正即可，谁都不会受影响。
access-braked-again = 有人手动收走了 { $wanted } 个账号的 { $access }。没有你的确认，一小时内最多补发 { $allowed } 个，所以现在一个都没补。
access-confirm-take = 全部收回（{ $wanted } 个）
access-confirm-again = 全部补发（{ $wanted } 个）
access-confirmed = 好的，继续处理 { $access }。

# 在 /privacy 和导出文件中显示。
privacy-keeps = 自身不保存数据；你的权限、来源和期限记录在核心数据里。
