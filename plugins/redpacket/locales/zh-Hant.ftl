# 紅包

command-packet = 在這個群組發一個紅包
command-packet-total = 總金額
command-packet-shares = 紅包份數
command-packet-greeting = 祝賀詞；以「普通」開頭則每人金額相同

packet-title-lucky = 🧧 { $sender } 的拼手氣紅包
packet-title-equal = 🧧 { $sender } 的普通紅包
packet-greeting = 恭喜發財，大吉大利！
packet-grab = 搶紅包
packet-money = { $money }
packet-total = 總額
packet-taken = 已領
packet-left = 剩餘
packet-progress = { $taken }/{ $count } 份
packet-person = { $name }：{ $money }
packet-luckiest = 👑 { $name }：{ $money }，手氣最佳
packet-more = 還有 { $count } 人
packet-open-until = { $until } 前有效
packet-state-empty = 紅包已全部領完
packet-state-expired = 紅包已過期
packet-returned = 紅包已過期，{ $money } 已退回

packet-got = 你從紅包裡搶到了 { $money } 🧧
packet-already = 你已經領過這個紅包，金額是 { $money }。
packet-empty = 晚了一步，紅包已全部領完。
packet-expired = 這個紅包已經過期了。
packet-own = 這裡不能領自己發的紅包。
packet-before = 這個紅包在你解除綁定之前就發出了，份額歸解除綁定前的那個身分。
packet-gone = 這個紅包已經不存在了。
packet-refund = 你的紅包已過期，{ $money } 已退回給你。
packet-not-shown = 你的紅包沒能發出去，{ $money } 已退回給你。
packet-too-large = 這裡的紅包最多 { $money }。
packet-too-many = 這裡的紅包最多 { $count } 份。
packet-too-small = 發 { $count } 份紅包至少需要 { $money }，確保人人有份。

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 你發出的紅包和祝福語，以及你領取的份額，確保每一分都有帳可查。

reason-packet = 發紅包
reason-share = 搶紅包
reason-refund = 紅包退回
