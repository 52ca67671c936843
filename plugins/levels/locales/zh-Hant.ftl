# 等級：經驗值（XP）代表做過的事，永遠不會被花掉；點數是另一回事。

command-rank = 查看自己或別人的等級
command-rank-member = 看誰的；不填就看自己的
command-leaderboard = 查看排行榜，或在榜上隱藏、顯示自己
command-leaderboard-show = 哪個榜；hide 讓自己不上榜，show 恢復上榜
command-leaderboard-page = 第幾頁
command-seasons = 查看所有賽季和結果
command-xp = 給成員加經驗或扣經驗
command-xp-action = give（加）或 take（扣）
command-xp-member = 哪位成員
command-xp-amount = 多少經驗
command-xp-reason = 原因，管理員以後可以查看
command-xp-boost = 一段時間內全員經驗加成（百分比，100 為結束）
command-xp-boost-percent = 150 是多得一半，100 為結束
command-xp-boost-during = 多久，例如 2h 或 3d
command-season = 開始或結束賽季，或補發賽季獎勵
command-season-action = start（開始）、end（結束）或 pay（補發）
command-season-name = 新賽季的名稱

tier-name = { $name ->
    [bronze] 青銅
    [silver] 白銀
    [gold] 黃金
    [platinum] 白金
    [diamond] 鑽石
   *[other] { $name }
}

risen-room-level = ⭐ 恭喜 { $name } 升到 { $level } 級！
risen-room-tier = 🏅 恭喜 { $name } 晉升{ $tier }！
risen-room-both = ⭐ 恭喜 { $name } 升到 { $level } 級，晉升{ $tier }！
risen-level = ⭐ 恭喜，你升到了 { $level } 級！
risen-tier = 🏅 恭喜，你晉升{ $tier }了！
risen-both = ⭐ 恭喜，你升到了 { $level } 級，晉升{ $tier }！
tier-notice = 你目前不符合{ $tier }的條件，段位會保留到 { $day }；在那之前重新達標就不會掉。
tier-lapsed = 你的{ $tier }段位已到期，隨時可以再升回來。
tier-lapsed-to = 你的{ $tier }段位已到期，現在是{ $now }，隨時可以再升回來。

rank-title = ⭐ { $name }
rank-level = { $level } 級 · { $xp } 經驗
rank-next = 距離下一級：{ $into } / { $needed } 經驗
rank-top = 已滿級
rank-place = 排名：第 { $rank } 名，共 { $members } 人
rank-no-place = 未上榜
rank-tier = 段位：{ $tier }
rank-week = 本週：{ $xp } 經驗
rank-ends = { $tier }段位保留到 { $day }，在那之前重新達標就不會掉。
rank-hidden = 你已從排行榜隱藏；傳送 /leaderboard show 重新上榜。
rank-private = { $name } 沒有公開自己的等級。
rank-share = 秀一下
rank-picture-level = { $level } 級
rank-picture-xp = { $xp } 經驗
rank-picture-next = { $into } / { $needed }
rank-picture-place = 第 { $rank } 名 / 共 { $members } 人
rank-picture-alt = { $name } 的等級卡：{ $level } 級，本級進度 { $percent }%

board-all = 🏆 排行榜：總榜
board-day = 🏆 排行榜：今日
board-week = 🏆 排行榜：本週
board-season = 🏆 排行榜：{ $season }
board-line = { $place } { $name } — { $xp } 經驗
board-you = ← 你
board-own = 你：第 { $rank } 名，{ $xp } 經驗
board-own-none = 你還沒有上榜
board-page = 第 { $page } / { $pages } 頁，共 { $members } 人
board-empty = 還沒有人上榜，來聊兩句吧！
board-back = ◀
board-on = ▶
board-me = 我的位置
board-tab-all = 總榜
board-tab-day = 今日
board-tab-week = 本週
board-tab-season = 賽季
board-hidden = 從現在起你不會出現在任何排行榜上，經驗照常累計；傳送 /leaderboard show 重新上榜。
board-shown = 你已顯示在排行榜上。

season-name = 第 { $number } 賽季
season-runs = 已有賽季正在進行，請先結束它：/season end
season-none = 目前沒有進行中的賽季。
season-no-last = 還沒有結束過的賽季。
season-unknown = 沒有第 { $number } 賽季。
season-started = { $season }開始了。
season-ended = { $season }已結束，馬上結算獎勵並公布結果。
season-paid = { $season }的獎勵已發放：{ $count ->
    [0] 沒有得獎者。
   *[other] { $count } 人得獎。
}
season-over = 🏁 { $season }結束
season-won = （+{ $money }）
season-prize = 🏆 你在{ $season }中贏得 { $money }！
season-unfunded = { $season }的獎勵沒有發放：預算「{ $budget }」只有 { $has }，需要 { $needs }。請先注資，再傳送 /season pay
seasons-title = 🏁 賽季
seasons-none = 還沒有舉辦過賽季。
season-line-open = { $season }：{ $begins } 開始，進行中
season-line-runs = { $season }：{ $begins } 至 { $ends }，進行中
season-line-over = { $season }：{ $begins } 開始，已結束

xp-given = 已給 { $name } 加 { $xp } 經驗，現在共 { $now }。
xp-taken = 已扣 { $name } { $xp } 經驗，現在共 { $now }。
boost-on = 全員經驗按 { $percent }% 計算，直到 { $until }。
boost-off = 全員經驗恢復正常計算。

profile-level = 等級
profile-tier = 段位

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 你的經驗值及其來源和日期，用於公平計算等級和排名，以及你是否選擇不上榜。

# 紅包和獎品可以提出的條件。
condition-level = { $value } 級以上
condition-level-not = 僅限 { $value } 級以上的成員。傳送 /rank 查看你的等級。
condition-tier = { $value } 及以上
condition-tier-not = 僅限「{ $value }」及以上段位的成員。
