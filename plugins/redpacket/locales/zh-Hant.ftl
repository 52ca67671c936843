# 紅包

command-packet = 在這個群組發一個紅包
command-packet-total = 總金額
command-packet-shares = 紅包份數
command-packet-greeting = 祝賀詞；前面可加「普通」、時限=2h、等級=3 等
command-packet-equal = 發一個普通紅包，每人金額相同
command-packet-equal-total = 總金額
command-packet-equal-shares = 紅包份數
command-packet-equal-greeting = 祝賀詞
command-packet-for = 發一個專屬紅包
command-packet-for-total = 總金額
command-packet-for-to = 發給誰
command-packet-for-greeting = 可用 @ 再加幾個人，然後是祝賀詞
command-packet-phrase = 發一個口令紅包
command-packet-phrase-total = 總金額
command-packet-phrase-shares = 紅包份數
command-packet-phrase-phrase = 口令
command-packet-phrase-greeting = 祝賀詞
command-packet-new = 一步一步發紅包
command-packet-cancel = 收回還沒人領的紅包
command-packet-cancel-number = 紅包編號；不填則為你最近發的一個
command-packet-cancel-reason = 原因（管理員填寫）
command-packet-verify = 核對紅包分得是否公平
command-packet-verify-number = 紅包編號，見紅包最後一行
command-packet-ledger = 查看紅包的收支明細
command-packet-ledger-number = 紅包編號，見紅包最後一行
command-packets = 查看你收發的紅包

form-packet = 發紅包
form-packet-total = 總金額？
form-packet-shares = 紅包份數？
form-packet-greeting = 祝賀詞？
form-packet-wishes = 特別要求，例如：普通 時限=2h 等級=3
form-packet-question = 要回答什麼問題？
form-packet-answer = 答案；多個答案用 | 隔開
form-phrase = 口令紅包
form-phrase-phrase = 口令
form-answer = 問答紅包
form-answer-answer = 你的答案

packet-title-lucky = 🧧 { $sender } 的拼手氣紅包
packet-title-equal = 🧧 { $sender } 的普通紅包
packet-title-bounded = 🧧 { $sender } 的拼手氣紅包
packet-title-fixed = 🧧 { $sender } 的定額紅包
packet-title-named = 🧧 { $sender } 的專屬紅包
packet-title-phrase = 🧧 { $sender } 的口令紅包
packet-title-question = 🧧 { $sender } 的問答紅包
packet-title-draw = 🧧 { $sender } 的抽籤紅包
packet-somebody = 神秘人
packet-cover = 印著金色封印的紅包
packet-greeting = 恭喜發財，大吉大利！
packet-for = 專屬：{ $people }
packet-asks = 領取條件：{ $conditions }
packet-say = 口令：<b>{ $phrase }</b>
packet-question = 問題：<b>{ $question }</b>
packet-answer = 答案：{ $answer }
packet-grab = 搶紅包
packet-join = 參加
packet-thank = { $count ->
    [0] 🙏 謝謝老闆
   *[other] 🙏 謝謝老闆（{ $count }）
}
packet-check = 驗紅包
packet-money = { $money }
packet-total = 總額
packet-taken = 已領
packet-left = 剩餘
packet-shares = 個數
packet-joined-so-far = 已參加
packet-people = { $count }
packet-progress = { $taken }/{ $count } 份
packet-person = { $name }：{ $money }
packet-luckiest = 👑 { $name }：{ $money }，手氣最佳
packet-fastest = ⚡ { $name } 手速最快，{ $time }
packet-more = 還有 { $count } 人
packet-number = { $number } 號
packet-sealed = 封印 { $hash }
packet-open-until = { $until } 前有效
packet-drawn-at = { $until } 開獎
packet-emptied = 紅包已被領完，用時 { $time }
packet-state-empty = 紅包已全部領完
packet-state-expired = 紅包已過期
packet-state-cancelled = 紅包已收回
packet-returned = 紅包已過期，{ $money } 已退回
packet-returned-budget = 紅包已過期，{ $money } 已歸入社群
packet-returned-draw = 已開獎，未抽中的 { $money } 已退回
packet-returned-draw-budget = 已開獎，未抽中的 { $money } 已歸入社群
packet-returned-cancelled = 紅包已收回，{ $money } 已退回
packet-returned-cancelled-budget = 紅包已收回，{ $money } 已歸入社群

packet-sent = 紅包已發出 🧧
packet-got = 你從紅包裡搶到了 { $money } 🧧
packet-joined = 已參加，{ $when } 開獎。
packet-joined-already = 你已經參加了，{ $when } 開獎。
packet-won = { $number } 號紅包開獎，你抽到了 { $money } 🧧
packet-already = 你已經領過這個紅包，金額是 { $money }。
packet-empty = 晚了一步，紅包已全部領完。
packet-expired = 這個紅包已經過期了。
packet-cancelled = 這個紅包已經收回了。
packet-own = 這裡不能領自己發的紅包。
packet-before = 這個紅包在你解除綁定之前就發出了，份額歸解除綁定前的那個身分。
packet-early = 別急，紅包發出 { $wait } 後才能領。
packet-gone = 這個紅包已經不存在了。
packet-blocked = 你暂時不能在這裡收發紅包。
packet-not-invited = 這是別人的專屬紅包。
packet-no-tries = 這個紅包的答題機會你已經用完了。
packet-wrong-answer = { $left ->
    [0] 答錯了，機會已用完。
   *[other] 答錯了，還有 { $left } 次機會。
}
packet-wrong-phrase = 口令不對。
packet-thanks = 已把你的感謝寫在紅包上。
packet-thanked = 你已經謝過了。
packet-no-thanks = 領到這個紅包的人才能道謝。
packet-refund = 你的紅包已過期，{ $money } 已退回給你。
packet-refund-draw = 你的 { $number } 號紅包已開獎，未抽中的 { $money } 已退回給你。
packet-not-shown = 你的紅包沒能發出去，{ $money } 已退回給你。
packet-called-off = 你的 { $number } 號紅包已收回，{ $money } 已退回給你。
packet-cancelled-done = { $number } 號紅包已收回，{ $money } 已退回。
packet-ended = 這個紅包已經結束了。
packet-touched = 已經有人領了，不能收回。
packet-too-large = 這裡的紅包最多 { $money }。
packet-too-many = 這裡的紅包最多 { $count } 份。
packet-too-small = 發 { $count } 份紅包至少需要 { $money }，確保人人有份。
packet-more-shares = 只發給 { $people } 個人，卻要分成 { $count } 份，會有剩餘。請減少份數。
packet-bounds = 按這個上下限，{ $count } 份紅包的總額應在 { $least } 到 { $most } 之間。
packet-amounts = 你寫的 { $count } 份加起來是 { $money }，與總額或個數不符。
packet-not-anonymous = 這裡發紅包要具名。
packet-daily = 每人每天最多發 { $money } 的紅包，今天還剩 { $left }。
packet-daily-all = 大家每天總共最多發 { $money } 的紅包，今天還剩 { $left }。
packet-unknown-wish = 看不懂「{ $found }」。可以寫：普通、匿名、封面、最少=、最多=、每份=、時限=、抽籤=、專屬=、口令=、提問= 加 答案=、需要=，以及 等級= 之類的條件。
packet-wish-empty = 請寫明 { $name }。
packet-wish-number = { $name } 要寫從 1 開始的整數，不能是「{ $found }」。
packet-wish-time = { $name } 要寫時長，例如 30m、2h 或 1d，不能是「{ $found }」。
packet-wish-long = { $name } 最多 { $maximum } 個字。
packet-wish-bounds = 上下限只用於拼手氣紅包，不能與普通紅包或定額紅包一起用。
packet-wish-question = 提問要有答案；口令和提問只能選一個。
packet-wish-draw = 抽籤紅包開獎即結束：抽籤和時限只能選一個。
packet-wish-asked = 一個紅包最多 { $maximum } 個條件。
packet-wish-lasts = 時長要在 { $minimum } 到 { $maximum } 之間。

packets-got = 收到的紅包
packets-sent = 發出的紅包
packets-given = 發出
packets-received = 收到
packets-best = 最大一個
packets-sum = { $count } 個，{ $money }
packets-none = 還沒有。
packets-show-got = 收到的
packets-show-sent = 發出的
packets-older = 更早
packets-line-got = { $number } 號 · { $when } · { $sender } 的紅包 { $money }
packets-line-open = { $number } 號 · { $when } · { $money } · 已領 { $taken }/{ $count }
packets-line-empty = { $number } 號 · { $when } · { $money } · { $count } 份已領完
packets-line-expired = { $number } 號 · { $when } · { $money } · 已過期，領了 { $taken }/{ $count }
packets-line-cancelled = { $number } 號 · { $when } · { $money } · 已收回，領了 { $taken }/{ $count }

packet-no-seed = 這個紅包發出時還沒有種子，無法核對。
verify-title = { $number } 號紅包
verify-hash = 封印（SHA-256）
verify-seed = 種子
verify-open = 已封印：怎麼分在發出時就定好了，結束後公布種子。
verify-fair = ✅ 公平：封印與種子相符，{ $count } 份金額都由種子算出。
verify-unfair = ❌ { $count } 份金額與封印不符，請告知管理員。
verify-draw = ✅ 抽籤的先後也由種子算出。
verify-draw-changed = 參加者名單已有變動，無法重算抽籤。
verify-how = 自己核對：{ $count } 份，方式 { $split }，最少 { $least }，最多 { $most }。

ledger-title = { $number } 號紅包
ledger-page = { $page }/{ $pages }
ledger-back = 上一頁
ledger-on = 下一頁

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 你發出的紅包及其祝賀詞、問題和口令，你安排的紅包雨，你領取的份額，以及你參加、作答和道謝的記錄，保證每一分都有帳可查。

reason-packet = 發紅包
reason-share = 搶紅包
reason-refund = 紅包退回

# 紅包雨
command-rain = 在本群定時下紅包雨
command-rain-every = 20:00 表示每天，6h 表示每六小時，或用引號括起的 cron
command-rain-total = 每個紅包的總金額
command-rain-shares = 每次的紅包份數
command-rain-wishes = 每天= 為每日上限，為期=30d，預算=，以及一般紅包的要求；然後是祝福語
command-rains = 查看你的紅包雨；管理員可看全部
command-rain-stop = 停止紅包雨
command-rain-stop-number = 編號，見 /rains
command-rain-resume = 繼續紅包雨
command-rain-resume-number = 編號，見 /rains
command-rain-here = 讓紅包雨也下在本群
command-rain-here-number = 編號，見 /rains

rain-started = 🌧 { $number } 號紅包雨已安排
rain-resumed = 🌧 { $number } 號紅包雨繼續
rain-placed = 🌧 { $number } 號紅包雨也會下在這裡
rain-each = 每次
rain-packet = { $money }，共 { $count } 份
rain-when = 時間
rain-next = 下一次
rain-at = { $when }
rain-pays = 出資
rain-budget = 社群（預算 { $name }）
rain-per-day = 每天上限
rain-ends = 結束
rain-daily = 每天 { $time }
rain-every-so-often = 每隔 { $lasts }
rain-cron = cron { $cron }
rain-how = 傳送 /rain-stop { $number } 可停止。每次下紅包時才扣款。
rains-mine = 我的紅包雨
rains-all = 全部紅包雨
rains-none = 還沒有紅包雨。
rains-line = <b>{ $number } 號</b> · { $when } · { $money }，{ $count } 份 · { $payer }
rains-on = 已下 { $sent } 次，共 { $money } · 下一次 { $next }
rains-short = 已下 { $sent } 次，共 { $money } · 上一次沒發成 · 下一次 { $next }
rains-stopped = 已下 { $sent } 次，共 { $money } · 已停止
rains-over = 已下 { $sent } 次，共 { $money } · 已結束
rain-stopped = { $number } 號紅包雨已停止。傳送 /rain-resume { $number } 可繼續。
rain-stopped-by = { $name } 停止了你的 { $number } 號紅包雨。
rain-skipped = 你的 { $number } 號紅包雨這次沒下成：{ $why }下次會再試；在下成之前不再提醒。
rain-stopped-short = 你的 { $number } 號紅包雨已停止：{ $why }傳送 /rain-resume { $number } 可繼續。
rain-short = 需要 { $needed }，你只有 { $money }。
rain-short-budget = 需要 { $needed }，預算裡只有 { $money }。
rain-terms = 其中一個領取條件已經不存在。
rain-operators = 這裡只有管理員可以下紅包雨。
rain-many = 最多同時進行 { $count } 場紅包雨，請先停止一場。
rain-not-for = 紅包雨人人可搶，不能寫「專屬=」。可以改用 標籤= 之類的條件。
rain-day-small = 每天 { $money } 的話，連一個紅包也下不了。
rain-never = 這樣一次也下不了：還沒到時間就結束了。
rain-not-on = { $number } 號紅包雨沒有在進行。
rain-is-on = { $number } 號紅包雨正在進行。
rain-over = { $number } 號紅包雨已經到期。
rain-not-yours = 只有出資人可以讓這場紅包雨繼續。
rain-unknown = 沒有你的 { $number } 號紅包雨。傳送 /rains 查看。
rain-here-already = { $number } 號紅包雨已經下在這裡了。
rain-places = 一場紅包雨最多下在 { $count } 個群。
rain-nowhere = 原來的群都不在了。
rain-too-often = 紅包雨至少要間隔 { $least }。
rain-every = 看不懂時間「{ $found }」：每天寫 20:00，每六小時寫 6h，或寫引號括起的 cron，例如 "0 20 * * 5"。

# 社群出資
command-packet-budget = 發一個由社群出資的紅包
command-packet-budget-total = 總金額
command-packet-budget-shares = 紅包份數
command-packet-budget-wishes = 預算= 可指定其他預算，以及一般紅包的要求；然後是祝福語
packet-community = 社群
packet-no-budget = 沒有預算「{ $name }」，或其中沒有這種貨幣。傳送 /budget 查看。
packet-daily-budget = 每個預算每天最多發 { $money } 的紅包，今天還剩 { $left }。

# 其他外掛的獎品
prize-short = 獎品紅包需要 { $needed }，但只有 { $money }。
prize-wrong = 獎品紅包的設定有誤，請告知機器人的維護者。
prize-nowhere = 獎品紅包要發的群已經不在了。

# 管理
command-packet-list = 查看所有紅包
command-packet-list-state = 範圍：all（全部）、open（進行中）、empty（已領完）、expired（已過期）或 cancelled（已收回）
command-packet-list-sender = 誰發的；不填則不限
command-packet-list-days = 最近幾天；0 為不限
command-packet-list-currency = 哪種貨幣；不填則不限
command-packet-look = 查看一個紅包，也可停止它
command-packet-look-number = 紅包編號，見紅包最後一行
command-packet-stats = 查看某位成員的紅包收發統計
command-packet-stats-member = 哪位成員
command-packet-stats-currency = 哪種貨幣
command-packet-days = 按天查看發了多少紅包
command-packet-days-currency = 哪種貨幣
console-title = 紅包列表
console-none = 沒有紅包。
console-how = 傳送 /packet-look 加編號查看詳情。
console-stop = 停止
console-from = 發紅包的人
console-anonymous = { $name }（匿名）
console-budget = 社群（預算 { $source }），由 { $name } 安排
console-prize = 獎品 { $source }，以 { $name } 的名義
console-taken = { $count } 份，{ $money }
console-returned = 已退回
console-made = 發出時間
console-ended = 結束時間
console-reason = 原因
console-open = 進行中
console-empty = 已被領完
console-expired = 已過期
console-cancelled = 已收回
stats-title = { $name } 的紅包統計
stats-sent = 發出
stats-given = 實際送出
stats-returned = 退回
stats-to-others = 被別人領走
stats-claimed = 領到
stats-best = 最大一個
stats-luckiest = 手氣最佳
stats-times = { $count } 次
days-title = 每日紅包
days-line = { $day } · { $count } 個，{ $money }
