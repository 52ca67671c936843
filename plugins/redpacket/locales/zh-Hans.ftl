# 红包

command-packet = 在本群发一个红包
command-packet-total = 总金额
command-packet-shares = 红包个数
command-packet-greeting = 祝福语；以“普通”开头则每人金额相同

packet-title-lucky = 🧧 { $sender } 的拼手气红包
packet-title-equal = 🧧 { $sender } 的普通红包
packet-greeting = 恭喜发财，大吉大利！
packet-grab = 抢红包
packet-money = { $money }
packet-total = 总额
packet-taken = 已领
packet-left = 剩余
packet-progress = { $taken }/{ $count } 个
packet-person = { $name }：{ $money }
packet-luckiest = 👑 { $name }：{ $money }，手气最佳
packet-more = 还有 { $count } 人
packet-open-until = { $until } 前有效
packet-state-empty = 红包已被领完
packet-state-expired = 红包已过期
packet-returned = 红包已过期，{ $money } 已退回

packet-got = 你从红包里抢到了 { $money } 🧧
packet-already = 你已经领过这个红包，金额为 { $money }。
packet-empty = 手慢了，红包已被领完。
packet-expired = 这个红包已经过期了。
packet-own = 这里不能领取自己发的红包。
packet-before = 这个红包在你解绑之前就发出了，份额归解绑前的那个身份。
packet-gone = 这个红包已经不存在了。
packet-refund = 你的红包已过期，{ $money } 已退回给你。
packet-not-shown = 你的红包没能发出去，{ $money } 已退回给你。
packet-too-large = 这里的红包最多 { $money }。
packet-too-many = 这里的红包最多 { $count } 个。
packet-too-small = 发 { $count } 个红包至少需要 { $money }，保证人人有份。

# 在 /privacy 和导出文件中显示。
privacy-keeps = 你发出的红包和祝福语，以及你领取的份额，保证每一分都有账可查。

reason-packet = 发红包
reason-share = 抢红包
reason-refund = 红包退回
