# 錢包：餘額、成員之間轉帳、帳單，以及管理員發放、扣除和沖正。

command-balance = 查看餘額
command-give = 發放給成員
command-give-member = 發給誰
command-give-amount = 數量
command-give-currency = 幣別，不填則為點數
command-give-reason = 發放原因
command-take = 扣除成員的餘額
command-take-member = 扣誰的
command-take-amount = 最多扣多少
command-take-currency = 幣別，不填則為點數
command-take-reason = 扣除原因
command-pay = 轉帳給其他成員
command-pay-member = 轉給誰
command-pay-amount = 數量
command-pay-currency = 幣別，不填則為點數
command-pay-note = 附言
command-statement = 查看收支明細
command-statement-whose = 幣別，管理員也可填寫成員
command-statement-currency = 幣別，不填則為點數
command-budget = 社群預算：查看、撥款、捐入、收回
command-budget-action = 操作，不填則列出預算
command-budget-name = 預算名稱
command-budget-amount = 數量
command-budget-currency = 幣別，不填則為點數
command-budget-reason = 用途或原因
command-reverse = 沖正一筆交易
command-reverse-transfer = 交易編號，見 /statement
command-reverse-reason = 沖正原因

# 收支明細裡的事由。
reason-pay = 轉帳
reason-give = 管理員發放
reason-take = 管理員扣除
reason-reverse = 沖正
reason-budget-fund = 預算撥款
reason-budget-donate = 捐入預算
reason-budget-take = 預算收回

wallet-title = 你的錢包
wallet-money = { $money }
no-such-currency = 這裡不能使用 { $currency } 這種幣別。可以使用的有：{ $known }
confirm-expires = 請在 { $minutes } 分鐘內確認，否則不會執行。

pay-done = 已轉給 { $name } { $money }，餘額還有 { $left }。
pay-received = 💰 { $name } 轉給你 { $money }。
pay-self = 不能轉給自己。
pay-left = { $name } 已經離開社群，沒有轉帳。
pay-too-much-today = 每天最多可以轉 { $most }，今天還可以轉 { $left }。
pay-already = 這筆轉帳已經完成了。
pay-confirm = 確定要轉給 { $name } { $money } 嗎？
pay-confirm-yes = 確認轉帳
pay-confirm-expires = 請在 { $minutes } 分鐘內確認，否則不會轉帳。

give-done = 已發放 { $money } 給 { $name }。
give-received = 🎁 你收到了 { $money }。

take-confirm = { $name } 現有 { $has }，確定要扣除 { $money } 嗎？
take-confirm-yes = 確認扣除
take-done = 已扣除 { $name } { $money }，對方還有 { $left }。
take-received = 管理員扣除了你 { $money }。
take-nothing = { $name } 沒有可以扣除的餘額。
take-already = 這項操作已經完成了。

statement-title = 你的收支明細
statement-title-of = { $name } 的收支明細
statement-in = { $when }：+{ $money } → { $left } · { $reason }
statement-out = { $when }：−{ $money } → { $left } · { $reason }
statement-party = { $names }
statement-budget = 預算 { $name }
statement-empty = 還沒有收支紀錄。
statement-end = 沒有更早的紀錄了。
statement-older = 更早
statement-newest = 最新

budget-title = 社群預算
budget-line = { $name }：{ $money }
budget-none = 目前沒有任何預算。撥款方法：/budget fund 名稱 數量 原因
budget-name = 預算名稱只能用小寫字母、數字、- 和 _，最多 32 個字元。
budget-done = 預算 { $name } 現有 { $has }。
budget-too-little = 預算 { $name } 只有 { $has }。

reverse-confirm = 確定要沖正 { $money }（{ $reason }，{ $when }）嗎？
reverse-gave = { $name } 收回 { $money }
reverse-got = { $name } 退出 { $money }
reverse-short = 其中只剩 { $left } 可以收回。
reverse-confirm-yes = 全額沖正
reverse-confirm-part = 收回剩餘部分
reverse-done = 已沖正 { $money }。
reverse-unknown = 沒有編號為 { $number } 的交易。編號見該成員的 /statement。
reverse-already = 這筆交易已經沖正過了。
reverse-nothing-left = 無法沖正：收款方只剩 { $left }。
reverse-nothing = 已經沒有可以收回的餘額了。
reverse-same = 雙方現在是同一位成員，不需要沖正。
reverse-hold = 這筆錢屬於一筆會自行結算的凍結款，不能在這裡沖正。
reverse-escrow = 其他功能仍在使用這筆錢，不能在這裡沖正。

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 等待你確認的轉帳；資金變動本身記在帳本裡。
