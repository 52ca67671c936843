# 红包

command-packet = 在本群发一个红包
command-packet-total = 总金额
command-packet-shares = 红包个数
command-packet-greeting = 祝福语；前面可加“普通”、时限=2h、等级=3 等
command-packet-equal = 发一个普通红包，每人金额相同
command-packet-equal-total = 总金额
command-packet-equal-shares = 红包个数
command-packet-equal-greeting = 祝福语
command-packet-for = 发一个专属红包
command-packet-for-total = 总金额
command-packet-for-to = 发给谁
command-packet-for-greeting = 可用 @ 再加几个人，然后是祝福语
command-packet-phrase = 发一个口令红包
command-packet-phrase-total = 总金额
command-packet-phrase-shares = 红包个数
command-packet-phrase-phrase = 口令
command-packet-phrase-greeting = 祝福语
command-packet-new = 一步一步发红包
command-packet-cancel = 撤回还没人领的红包
command-packet-cancel-number = 红包编号；不填则为你最近发的一个
command-packet-cancel-reason = 原因（管理员填写）
command-packet-verify = 核对红包分得是否公平
command-packet-verify-number = 红包编号，见红包最后一行
command-packet-ledger = 查看红包的收支明细
command-packet-ledger-number = 红包编号，见红包最后一行
command-packets = 查看你收发的红包

form-packet = 发红包
form-packet-total = 总金额？
form-packet-shares = 红包个数？
form-packet-greeting = 祝福语？
form-packet-wishes = 特别要求，例如：普通 时限=2h 等级=3
form-packet-question = 要回答什么问题？
form-packet-answer = 答案；多个答案用 | 隔开
form-phrase = 口令红包
form-phrase-phrase = 口令
form-answer = 问答红包
form-answer-answer = 你的答案

packet-title-lucky = 🧧 { $sender } 的拼手气红包
packet-title-equal = 🧧 { $sender } 的普通红包
packet-title-bounded = 🧧 { $sender } 的拼手气红包
packet-title-fixed = 🧧 { $sender } 的定额红包
packet-title-named = 🧧 { $sender } 的专属红包
packet-title-phrase = 🧧 { $sender } 的口令红包
packet-title-question = 🧧 { $sender } 的问答红包
packet-title-draw = 🧧 { $sender } 的抽签红包
packet-somebody = 神秘人
packet-cover = 印着金色封印的红包
packet-greeting = 恭喜发财，大吉大利！
packet-for = 专属：{ $people }
packet-asks = 领取条件：{ $conditions }
packet-say = 口令：<b>{ $phrase }</b>
packet-question = 问题：<b>{ $question }</b>
packet-answer = 答案：{ $answer }
packet-grab = 抢红包
packet-join = 参加
packet-thank = { $count ->
    [0] 🙏 谢谢老板
   *[other] 🙏 谢谢老板（{ $count }）
}
packet-check = 验红包
packet-money = { $money }
packet-total = 总额
packet-taken = 已领
packet-left = 剩余
packet-shares = 个数
packet-joined-so-far = 已参加
packet-people = { $count }
packet-progress = { $taken }/{ $count } 个
packet-person = { $name }：{ $money }
packet-luckiest = 👑 { $name }：{ $money }，手气最佳
packet-fastest = ⚡ { $name } 手速最快，{ $time }
packet-more = 还有 { $count } 人
packet-number = { $number } 号
packet-sealed = 封印 { $hash }
packet-open-until = { $until } 前有效
packet-drawn-at = { $until } 开奖
packet-emptied = 红包已被领完，用时 { $time }
packet-state-empty = 红包已被领完
packet-state-expired = 红包已过期
packet-state-cancelled = 红包已撤回
packet-returned = 红包已过期，{ $money } 已退回
packet-returned-budget = 红包已过期，{ $money } 已归入社区
packet-returned-draw = 已开奖，未抽中的 { $money } 已退回
packet-returned-draw-budget = 已开奖，未抽中的 { $money } 已归入社区
packet-returned-cancelled = 红包已撤回，{ $money } 已退回
packet-returned-cancelled-budget = 红包已撤回，{ $money } 已归入社区

packet-sent = 红包已发出 🧧
packet-got = 你从红包里抢到了 { $money } 🧧
packet-joined = 已参加，{ $when } 开奖。
packet-joined-already = 你已经参加了，{ $when } 开奖。
packet-won = { $number } 号红包开奖，你抽到了 { $money } 🧧
packet-already = 你已经领过这个红包，金额为 { $money }。
packet-empty = 手慢了，红包已被领完。
packet-expired = 这个红包已经过期了。
packet-cancelled = 这个红包已经撤回了。
packet-own = 这里不能领取自己发的红包。
packet-before = 这个红包在你解绑之前就发出了，份额归解绑前的那个身份。
packet-early = 别急，红包发出 { $wait } 后才能领。
packet-gone = 这个红包已经不存在了。
packet-blocked = 你暂时不能在这里收发红包。
packet-not-invited = 这是别人的专属红包。
packet-no-tries = 这个红包的答题机会你已经用完了。
packet-wrong-answer = { $left ->
    [0] 答错了，机会已用完。
   *[other] 答错了，还有 { $left } 次机会。
}
packet-wrong-phrase = 口令不对。
packet-thanks = 已把你的感谢写在红包上。
packet-thanked = 你已经谢过了。
packet-no-thanks = 领到这个红包的人才能道谢。
packet-refund = 你的红包已过期，{ $money } 已退回给你。
packet-refund-draw = 你的 { $number } 号红包已开奖，未抽中的 { $money } 已退回给你。
packet-not-shown = 你的红包没能发出去，{ $money } 已退回给你。
packet-called-off = 你的 { $number } 号红包已撤回，{ $money } 已退回给你。
packet-cancelled-done = { $number } 号红包已撤回，{ $money } 已退回。
packet-ended = 这个红包已经结束了。
packet-touched = 已经有人领了，不能撤回。
packet-too-large = 这里的红包最多 { $money }。
packet-too-many = 这里的红包最多 { $count } 个。
packet-too-small = 发 { $count } 个红包至少需要 { $money }，保证人人有份。
packet-more-shares = 只发给 { $people } 个人，却要分成 { $count } 份，会有剩余。请减少份数。
packet-bounds = 按这个上下限，{ $count } 个红包的总额应在 { $least } 到 { $most } 之间。
packet-amounts = 你写的 { $count } 份加起来是 { $money }，与总额或个数不符。
packet-not-anonymous = 这里发红包要实名。
packet-daily = 每人每天最多发 { $money } 的红包，今天还剩 { $left }。
packet-daily-all = 大家每天总共最多发 { $money } 的红包，今天还剩 { $left }。
packet-unknown-wish = 看不懂“{ $found }”。可以写：普通、匿名、封面、最少=、最多=、每份=、时限=、抽签=、专属=、口令=、提问= 加 答案=、需要=，以及 等级= 之类的条件。
packet-wish-empty = 请写明 { $name }。
packet-wish-number = { $name } 要写从 1 开始的整数，不能是“{ $found }”。
packet-wish-time = { $name } 要写时长，例如 30m、2h 或 1d，不能是“{ $found }”。
packet-wish-long = { $name } 最多 { $maximum } 个字。
packet-wish-bounds = 上下限只用于拼手气红包，不能与普通红包或定额红包一起用。
packet-wish-question = 提问要有答案；口令和提问只能选一个。
packet-wish-draw = 抽签红包开奖即结束：抽签和时限只能选一个。
packet-wish-asked = 一个红包最多 { $maximum } 个条件。
packet-wish-lasts = 时长要在 { $minimum } 到 { $maximum } 之间。

packets-got = 收到的红包
packets-sent = 发出的红包
packets-given = 发出
packets-received = 收到
packets-best = 最大一个
packets-sum = { $count } 个，{ $money }
packets-none = 还没有。
packets-show-got = 收到的
packets-show-sent = 发出的
packets-older = 更早
packets-line-got = { $number } 号 · { $when } · { $sender } 的红包 { $money }
packets-line-open = { $number } 号 · { $when } · { $money } · 已领 { $taken }/{ $count }
packets-line-empty = { $number } 号 · { $when } · { $money } · { $count } 个已领完
packets-line-expired = { $number } 号 · { $when } · { $money } · 已过期，领了 { $taken }/{ $count }
packets-line-cancelled = { $number } 号 · { $when } · { $money } · 已撤回，领了 { $taken }/{ $count }

packet-no-seed = 这个红包发出时还没有种子，无法核对。
verify-title = { $number } 号红包
verify-hash = 封印（SHA-256）
verify-seed = 种子
verify-open = 已封印：怎么分在发出时就定好了，结束后公布种子。
verify-fair = ✅ 公平：封印与种子相符，{ $count } 份金额都由种子算出。
verify-unfair = ❌ { $count } 份金额与封印不符，请告知管理员。
verify-draw = ✅ 抽签的先后也由种子算出。
verify-draw-changed = 参加者名单已有变动，无法重算抽签。
verify-how = 自己核对：{ $count } 份，方式 { $split }，最少 { $least }，最多 { $most }。

ledger-title = { $number } 号红包
ledger-page = { $page }/{ $pages }
ledger-back = 上一页
ledger-on = 下一页

# 在 /privacy 和导出文件中显示。
privacy-keeps = 你发出的红包及其祝福语、问题和口令，你安排的红包雨，你领取的份额，以及你参加、作答和道谢的记录，保证每一分都有账可查。

reason-packet = 发红包
reason-share = 抢红包
reason-refund = 红包退回

# 红包雨
command-rain = 在本群定时下红包雨
command-rain-every = 20:00 表示每天，6h 表示每六小时，或用引号括起的 cron
command-rain-total = 每个红包的总金额
command-rain-shares = 每次的红包个数
command-rain-wishes = 每天= 为每日上限，为期=30d，预算=，以及一般红包的要求；然后是祝福语
command-rains = 查看你的红包雨；管理员可看全部
command-rain-stop = 停止红包雨
command-rain-stop-number = 编号，见 /rains
command-rain-resume = 继续红包雨
command-rain-resume-number = 编号，见 /rains
command-rain-here = 让红包雨也下在本群
command-rain-here-number = 编号，见 /rains

rain-started = 🌧 { $number } 号红包雨已安排
rain-resumed = 🌧 { $number } 号红包雨继续
rain-placed = 🌧 { $number } 号红包雨也会下在这里
rain-each = 每次
rain-packet = { $money }，共 { $count } 个
rain-when = 时间
rain-next = 下一次
rain-at = { $when }
rain-pays = 出资
rain-budget = 社区（预算 { $name }）
rain-per-day = 每天上限
rain-ends = 结束
rain-daily = 每天 { $time }
rain-every-so-often = 每隔 { $lasts }
rain-cron = cron { $cron }
rain-how = 发送 /rain-stop { $number } 可停止。每次下红包时才扣款。
rains-mine = 我的红包雨
rains-all = 全部红包雨
rains-none = 还没有红包雨。
rains-line = <b>{ $number } 号</b> · { $when } · { $money }，{ $count } 个 · { $payer }
rains-on = 已下 { $sent } 次，共 { $money } · 下一次 { $next }
rains-short = 已下 { $sent } 次，共 { $money } · 上一次没发成 · 下一次 { $next }
rains-stopped = 已下 { $sent } 次，共 { $money } · 已停止
rains-over = 已下 { $sent } 次，共 { $money } · 已结束
rain-stopped = { $number } 号红包雨已停止。发送 /rain-resume { $number } 可继续。
rain-stopped-by = { $name } 停止了你的 { $number } 号红包雨。
rain-skipped = 你的 { $number } 号红包雨这次没下成：{ $why }下次会再试；在下成之前不再提醒。
rain-stopped-short = 你的 { $number } 号红包雨已停止：{ $why }发送 /rain-resume { $number } 可继续。
rain-short = 需要 { $needed }，你只有 { $money }。
rain-short-budget = 需要 { $needed }，预算里只有 { $money }。
rain-terms = 其中一个领取条件已经不存在。
rain-operators = 这里只有管理员可以下红包雨。
rain-many = 最多同时进行 { $count } 场红包雨，请先停止一场。
rain-not-for = 红包雨人人可抢，不能写“专属=”。可以改用 标签= 之类的条件。
rain-day-small = 每天 { $money } 的话，连一个红包也下不了。
rain-never = 这样一次也下不了：还没到时间就结束了。
rain-not-on = { $number } 号红包雨没有在进行。
rain-is-on = { $number } 号红包雨正在进行。
rain-over = { $number } 号红包雨已经到期。
rain-not-yours = 只有出资人可以让这场红包雨继续。
rain-unknown = 没有你的 { $number } 号红包雨。发送 /rains 查看。
rain-here-already = { $number } 号红包雨已经下在这里了。
rain-places = 一场红包雨最多下在 { $count } 个群。
rain-nowhere = 原来的群都不在了。
rain-too-often = 红包雨至少要间隔 { $least }。
rain-every = 看不懂时间“{ $found }”：每天写 20:00，每六小时写 6h，或写引号括起的 cron，例如 "0 20 * * 5"。

# 社区出资
command-packet-budget = 发一个由社区出资的红包
command-packet-budget-total = 总金额
command-packet-budget-shares = 红包个数
command-packet-budget-wishes = 预算= 可指定其他预算，以及一般红包的要求；然后是祝福语
packet-community = 社区
packet-no-budget = 没有预算“{ $name }”，或其中没有这种货币。发送 /budget 查看。
packet-daily-budget = 每个预算每天最多发 { $money } 的红包，今天还剩 { $left }。

# 其他插件的奖品
prize-short = 奖品红包需要 { $needed }，但只有 { $money }。
prize-wrong = 奖品红包的设置有误，请告知机器人的维护者。
prize-nowhere = 奖品红包要发的群已经不在了。

# 管理
command-packet-list = 查看所有红包
command-packet-list-state = 范围：all（全部）、open（进行中）、empty（已领完）、expired（已过期）或 cancelled（已撤回）
command-packet-list-sender = 谁发的；不填则不限
command-packet-list-days = 最近几天；0 为不限
command-packet-list-currency = 哪种货币；不填则不限
command-packet-look = 查看一个红包，也可停止它
command-packet-look-number = 红包编号，见红包最后一行
command-packet-stats = 查看某位成员的红包收发统计
command-packet-stats-member = 哪位成员
command-packet-stats-currency = 哪种货币
command-packet-days = 按天查看发了多少红包
command-packet-days-currency = 哪种货币
console-title = 红包列表
console-none = 没有红包。
console-how = 发送 /packet-look 加编号查看详情。
console-stop = 停止
console-from = 发红包的人
console-anonymous = { $name }（匿名）
console-budget = 社区（预算 { $source }），由 { $name } 安排
console-prize = 奖品 { $source }，以 { $name } 的名义
console-taken = { $count } 个，{ $money }
console-returned = 已退回
console-made = 发出时间
console-ended = 结束时间
console-reason = 原因
console-open = 进行中
console-empty = 已被领完
console-expired = 已过期
console-cancelled = 已撤回
stats-title = { $name } 的红包统计
stats-sent = 发出
stats-given = 实际送出
stats-returned = 退回
stats-to-others = 被别人领走
stats-claimed = 领到
stats-best = 最大一个
stats-luckiest = 手气最佳
stats-times = { $count } 次
days-title = 每日红包
days-line = { $day } · { $count } 个，{ $money }
