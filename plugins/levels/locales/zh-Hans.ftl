# 等级：经验值（XP）代表做过的事，永远不会被花掉；积分是另一回事。

command-rank = 查看自己或别人的等级
command-rank-member = 看谁的；不填就看自己的
command-leaderboard = 查看排行榜，或在榜上隐藏、显示自己
command-leaderboard-show = 哪个榜；hide 让自己不上榜，show 恢复上榜
command-leaderboard-page = 第几页
command-seasons = 查看所有赛季和结果
command-xp = 给成员加经验或扣经验
command-xp-action = give（加）或 take（扣）
command-xp-member = 哪位成员
command-xp-amount = 多少经验
command-xp-reason = 原因，管理员以后可以查看
command-xp-boost = 一段时间内全员经验加成（百分比，100 为结束）
command-xp-boost-percent = 150 是多得一半，100 为结束
command-xp-boost-during = 多久，例如 2h 或 3d
command-season = 开始或结束赛季，或补发赛季奖励
command-season-action = start（开始）、end（结束）或 pay（补发）
command-season-name = 新赛季的名称

tier-name = { $name ->
    [bronze] 青铜
    [silver] 白银
    [gold] 黄金
    [platinum] 铂金
    [diamond] 钻石
   *[other] { $name }
}

risen-room-level = ⭐ 恭喜 { $name } 升到 { $level } 级！
risen-room-tier = 🏅 恭喜 { $name } 晋升{ $tier }！
risen-room-both = ⭐ 恭喜 { $name } 升到 { $level } 级，晋升{ $tier }！
risen-level = ⭐ 恭喜，你升到了 { $level } 级！
risen-tier = 🏅 恭喜，你晋升{ $tier }了！
risen-both = ⭐ 恭喜，你升到了 { $level } 级，晋升{ $tier }！
tier-notice = 你目前不满足{ $tier }的条件，段位会保留到 { $day }；在那之前重新达标就不会掉。
tier-lapsed = 你的{ $tier }段位已到期，随时可以再升回来。
tier-lapsed-to = 你的{ $tier }段位已到期，现在是{ $now }，随时可以再升回来。

rank-title = ⭐ { $name }
rank-level = { $level } 级 · { $xp } 经验
rank-next = 距离下一级：{ $into } / { $needed } 经验
rank-top = 已满级
rank-place = 排名：第 { $rank } 名，共 { $members } 人
rank-no-place = 未上榜
rank-tier = 段位：{ $tier }
rank-week = 本周：{ $xp } 经验
rank-ends = { $tier }段位保留到 { $day }，在那之前重新达标就不会掉。
rank-hidden = 你已从排行榜隐藏；发送 /leaderboard show 重新上榜。
rank-private = { $name } 没有公开自己的等级。
rank-share = 晒一下
rank-picture-level = { $level } 级
rank-picture-xp = { $xp } 经验
rank-picture-next = { $into } / { $needed }
rank-picture-place = 第 { $rank } 名 / 共 { $members } 人
rank-picture-alt = { $name } 的等级卡：{ $level } 级，本级进度 { $percent }%

board-all = 🏆 排行榜：总榜
board-day = 🏆 排行榜：今日
board-week = 🏆 排行榜：本周
board-season = 🏆 排行榜：{ $season }
board-line = { $place } { $name } — { $xp } 经验
board-you = ← 你
board-own = 你：第 { $rank } 名，{ $xp } 经验
board-own-none = 你还没有上榜
board-page = 第 { $page } / { $pages } 页，共 { $members } 人
board-empty = 还没有人上榜，来聊两句吧！
board-back = ◀
board-on = ▶
board-me = 我的位置
board-tab-all = 总榜
board-tab-day = 今日
board-tab-week = 本周
board-tab-season = 赛季
board-hidden = 从现在起你不会出现在任何排行榜上，经验照常累计；发送 /leaderboard show 重新上榜。
board-shown = 你已显示在排行榜上。

season-name = 第 { $number } 赛季
season-runs = 已有赛季正在进行，请先结束它：/season end
season-none = 目前没有进行中的赛季。
season-no-last = 还没有结束过的赛季。
season-unknown = 没有第 { $number } 赛季。
season-started = { $season }开始了。
season-ended = { $season }已结束，马上结算奖励并公布结果。
season-paid = { $season }的奖励已发放：{ $count ->
    [0] 没有获奖者。
   *[other] { $count } 人获奖。
}
season-over = 🏁 { $season }结束
season-won = （+{ $money }）
season-prize = 🏆 你在{ $season }中赢得 { $money }！
season-unfunded = { $season }的奖励没有发放：预算“{ $budget }”只有 { $has }，需要 { $needs }。请先注资，再发送 /season pay
seasons-title = 🏁 赛季
seasons-none = 还没有举办过赛季。
season-line-open = { $season }：{ $begins } 开始，进行中
season-line-runs = { $season }：{ $begins } 至 { $ends }，进行中
season-line-over = { $season }：{ $begins } 开始，已结束

xp-given = 已给 { $name } 加 { $xp } 经验，现在共 { $now }。
xp-taken = 已扣 { $name } { $xp } 经验，现在共 { $now }。
boost-on = 全员经验按 { $percent }% 计算，直到 { $until }。
boost-off = 全员经验恢复正常计算。

profile-level = 等级
profile-tier = 段位

# 在 /privacy 和导出文件中显示。
privacy-keeps = 你的经验值及其来源和日期，用于公平计算等级和排名，以及你是否选择不上榜。

# 红包和奖品可以提出的条件。
condition-level = { $value } 级以上
condition-level-not = 仅限 { $value } 级以上的成员。发送 /rank 查看你的等级。
condition-tier = { $value } 及以上
condition-tier-not = 仅限“{ $value }”及以上段位的成员。
