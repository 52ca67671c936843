# 钱包：余额、成员之间转账、账单，以及管理员发放、扣除和冲正。

command-balance = 查看余额
command-give = 给成员发放
command-give-member = 发给谁
command-give-amount = 数量
command-give-currency = 币种，不填则为积分
command-give-reason = 发放原因
command-take = 扣除成员的余额
command-take-member = 扣谁的
command-take-amount = 最多扣多少
command-take-currency = 币种，不填则为积分
command-take-reason = 扣除原因
command-pay = 转账给其他成员
command-pay-member = 转给谁
command-pay-amount = 数量
command-pay-currency = 币种，不填则为积分
command-pay-note = 附言
command-statement = 查看收支明细
command-statement-whose = 币种，管理员也可填写成员
command-statement-currency = 币种，不填则为积分
command-budget = 社区预算：查看、拨款、捐入、收回
command-budget-action = 操作，不填则列出预算
command-budget-name = 预算名称
command-budget-amount = 数量
command-budget-currency = 币种，不填则为积分
command-budget-reason = 用途或原因
command-reverse = 冲正一笔交易
command-reverse-transfer = 交易编号，见 /statement
command-reverse-reason = 冲正原因

# 收支明细里的事由。
reason-pay = 转账
reason-give = 管理员发放
reason-take = 管理员扣除
reason-reverse = 冲正
reason-budget-fund = 预算拨款
reason-budget-donate = 捐入预算
reason-budget-take = 预算收回

wallet-title = 你的钱包
wallet-money = { $money }
no-such-currency = 这里不能使用 { $currency } 这个币种。可以使用的有：{ $known }
confirm-expires = 请在 { $minutes } 分钟内确认，否则不会执行。

pay-done = 已转给 { $name } { $money }，余额还有 { $left }。
pay-received = 💰 { $name } 转给你 { $money }。
pay-self = 不能转给自己。
pay-left = { $name } 已经离开社区，没有转账。
pay-too-much-today = 每天最多可以转 { $most }，今天还可以转 { $left }。
pay-already = 这笔转账已经完成了。
pay-confirm = 确定转给 { $name } { $money } 吗？
pay-confirm-yes = 确认转账
pay-confirm-expires = 请在 { $minutes } 分钟内确认，否则不会转账。

give-done = 已给 { $name } 发放 { $money }。
give-received = 🎁 你收到了 { $money }。

take-confirm = { $name } 现有 { $has }，确定扣除 { $money } 吗？
take-confirm-yes = 确认扣除
take-done = 已扣除 { $name } { $money }，对方还有 { $left }。
take-received = 管理员扣除了你 { $money }。
take-nothing = { $name } 没有可以扣除的余额。
take-already = 这项操作已经完成了。

statement-title = 你的收支明细
statement-title-of = { $name } 的收支明细
statement-in = { $when }：+{ $money } → { $left } · { $reason }
statement-out = { $when }：−{ $money } → { $left } · { $reason }
statement-party = { $names }
statement-budget = 预算 { $name }
statement-empty = 还没有收支记录。
statement-end = 没有更早的记录了。
statement-older = 更早
statement-newest = 最新

budget-title = 社区预算
budget-line = { $name }：{ $money }
budget-none = 目前没有任何预算。拨款方法：/budget fund 名称 数量 原因
budget-name = 预算名称只能用小写字母、数字、- 和 _，最多 32 个字符。
budget-done = 预算 { $name } 现有 { $has }。
budget-too-little = 预算 { $name } 只有 { $has }。

reverse-confirm = 确定冲正 { $money }（{ $reason }，{ $when }）吗？
reverse-gave = { $name } 收回 { $money }
reverse-got = { $name } 退出 { $money }
reverse-short = 其中只剩 { $left } 可以收回。
reverse-confirm-yes = 全额冲正
reverse-confirm-part = 收回剩余部分
reverse-done = 已冲正 { $money }。
reverse-unknown = 没有编号为 { $number } 的交易。编号见该成员的 /statement。
reverse-already = 这笔交易已经冲正过了。
reverse-nothing-left = 无法冲正：收款方只剩 { $left }。
reverse-nothing = 已经没有可以收回的余额了。
reverse-same = 双方现在是同一位成员，无需冲正。
reverse-hold = 这笔钱属于一笔会自行结算的冻结款，不能在这里冲正。
reverse-escrow = 其他功能仍在使用这笔钱，不能在这里冲正。

# 在 /privacy 和导出文件中显示。
privacy-keeps = 等待你确认的转账；资金变动本身记在账本里。
