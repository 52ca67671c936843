# Levels: XP is what a member has done and is never spent; points are something else.

command-rank = See your level, or somebody else’s
command-rank-member = Whose; yours if left out
command-leaderboard = See who has the most XP; hide or show yourself
command-leaderboard-show = Which board; hide takes you off all of them, show puts you back
command-leaderboard-page = Which page
command-seasons = See all seasons and their results
command-xp = Give a member XP or take some
command-xp-action = give or take
command-xp-member = Whose
command-xp-amount = How much XP
command-xp-reason = Why; operators can read it later
command-xp-boost = Multiply all XP for a while (percent; 100 ends it)
command-xp-boost-percent = 150 is half as much again; 100 ends it
command-xp-boost-during = How long, such as 2h or 3d
command-season = Start or end a season, or pay its prizes again
command-season-action = start, end or pay
command-season-name = The new season’s name

tier-name = { $name ->
    [bronze] Bronze
    [silver] Silver
    [gold] Gold
    [platinum] Platinum
    [diamond] Diamond
   *[other] { $name }
}

risen-room-level = ⭐ { $name } has reached level { $level }!
risen-room-tier = 🏅 { $name } is { $tier } now!
risen-room-both = ⭐ { $name } has reached level { $level } and is { $tier } now!
risen-level = ⭐ You have reached level { $level }!
risen-tier = 🏅 You are { $tier } now!
risen-both = ⭐ You have reached level { $level } and are { $tier } now!
tier-notice = You do not meet the conditions of { $tier } at the moment. You keep it until { $day }; meet them again by then and it stays.
tier-lapsed = Your time as { $tier } is over. You can reach it again at any time.
tier-lapsed-to = Your time as { $tier } is over; you are { $now } now. You can reach it again at any time.

rank-title = ⭐ { $name }
rank-level = Level { $level } · { $xp } XP
rank-next = { $into } of { $needed } XP to the next level
rank-top = Highest level
rank-place = Rank { $rank } of { $members }
rank-no-place = On no leaderboard
rank-tier = Tier: { $tier }
rank-week = This week: { $xp } XP
rank-ends = You keep { $tier } until { $day }, unless you meet its conditions again before.
rank-hidden = You are hidden from the leaderboards; /leaderboard show brings you back.
rank-private = { $name } keeps the rank private.
rank-share = Show everybody
rank-picture-level = Level { $level }
rank-picture-xp = { $xp } XP
rank-picture-next = { $into } / { $needed } XP
rank-picture-place = #{ $rank } of { $members }
rank-picture-alt = Rank card of { $name }: level { $level }, { $percent } % of the way to the next

board-all = 🏆 Leaderboard: all time
board-day = 🏆 Leaderboard: today
board-week = 🏆 Leaderboard: this week
board-season = 🏆 Leaderboard: { $season }
board-line = { $place } { $name } — { $xp } XP
board-you = ← you
board-own = You: rank { $rank } with { $xp } XP
board-own-none = You are not on it
board-page = Page { $page } of { $pages }, { $members ->
    [one] { $members } member
   *[other] { $members } members
}
board-empty = Nobody is on this board yet. Write something!
board-back = ◀
board-on = ▶
board-me = My place
board-tab-all = All time
board-tab-day = Today
board-tab-week = Week
board-tab-season = Season
board-hidden = You are on no leaderboard from now on. You still earn XP; /leaderboard show brings you back.
board-shown = You are on the leaderboards.

season-name = Season { $number }
season-runs = A season is running already. End it first: /season end
season-none = There is no season at the moment.
season-no-last = No season has ended yet.
season-unknown = There is no season { $number }.
season-started = { $season } has begun.
season-ended = { $season } has ended. Prizes and results follow at once.
season-paid = The prizes of { $season } are paid: { $count ->
    [0] there were no winners.
    [one] { $count } winner.
   *[other] { $count } winners.
}
season-over = 🏁 { $season } is over
season-won = (+{ $money })
season-prize = 🏆 You have won { $money } in { $season }!
season-unfunded = The prizes of { $season } are not paid: the budget “{ $budget }” has { $has }, they need { $needs }. Fund it, then: /season pay
seasons-title = 🏁 Seasons
seasons-none = There has been no season yet.
season-line-open = { $season }: since { $begins }, running
season-line-runs = { $season }: { $begins } until { $ends }, running
season-line-over = { $season }: since { $begins }, ended

xp-given = { $name } got { $xp } XP and has { $now } now.
xp-taken = { $name } lost { $xp } XP and has { $now } now.
boost-on = All XP counts { $percent } % until { $until }.
boost-off = All XP counts as usual.

profile-level = Level
profile-tier = Tier

# Shown by /privacy and in the export.
privacy-keeps = Your XP with what you earned it for and when, so that ranks are fair and can be explained; and whether you are hidden from the boards.

# What packets and prizes may ask.
condition-level = level { $value } or more
condition-level-not = This is for members from level { $value } on. /rank tells yours.
condition-tier = { $value } or higher
condition-tier-not = This is for the tier “{ $value }” and those above it.
