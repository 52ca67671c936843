# Red packets.

command-packet = Put points in a red packet for this room
command-packet-total = How much in all
command-packet-shares = For how many people
command-packet-greeting = A greeting; before it “equal”, time=2h, level=3 and more
command-packet-equal = A red packet with the same for everybody
command-packet-equal-total = How much in all
command-packet-equal-shares = For how many people
command-packet-equal-greeting = A greeting
command-packet-for = A red packet for somebody alone
command-packet-for-total = How much in all
command-packet-for-to = For whom
command-packet-for-greeting = More people with @, then a greeting
command-packet-phrase = A red packet for whoever types a phrase
command-packet-phrase-total = How much in all
command-packet-phrase-shares = For how many people
command-packet-phrase-phrase = What has to be typed
command-packet-phrase-greeting = A greeting
command-packet-new = A red packet, step by step
command-packet-cancel = Take back a red packet that nobody has opened yet
command-packet-cancel-number = Its number; your newest one if left out
command-packet-cancel-reason = Why, if you are an operator
command-packet-verify = Check that a red packet was divided fairly
command-packet-verify-number = Its number, from the last line of its card
command-packet-ledger = See everything that happened with a red packet’s money
command-packet-ledger-number = Its number, from the last line of its card
command-packets = See the red packets that you gave and got

form-packet = A red packet
form-packet-total = How much in all?
form-packet-shares = For how many people?
form-packet-greeting = A greeting?
form-packet-wishes = Special wishes, such as: equal time=2h level=3
form-packet-question = A question that has to be answered?
form-packet-answer = The answer; several with | between them
form-phrase = Red packet
form-phrase-phrase = The phrase
form-answer = Red packet
form-answer-answer = Your answer

packet-title-lucky = 🧧 { $sender }’s red packet
packet-title-equal = 🧧 { $sender }’s red packet, equal shares
packet-title-bounded = 🧧 { $sender }’s red packet
packet-title-fixed = 🧧 { $sender }’s red packet, set shares
packet-title-named = 🧧 { $sender }’s red packet for somebody special
packet-title-phrase = 🧧 { $sender }’s red packet with a phrase
packet-title-question = 🧧 { $sender }’s red packet with a question
packet-title-draw = 🧧 { $sender }’s red packet, drawn by lot
packet-somebody = Somebody
packet-cover = A red envelope with a golden seal
packet-greeting = Good fortune to everybody!
packet-for = For: { $people }
packet-asks = Asks for: { $conditions }
packet-say = Type: <b>{ $phrase }</b>
packet-question = Question: <b>{ $question }</b>
packet-answer = Answer: { $answer }
packet-grab = Grab
packet-join = Join
packet-thank = { $count ->
    [0] 🙏 Thanks
   *[other] 🙏 Thanks ({ $count })
}
packet-check = Check
packet-money = { $money }
packet-total = In all
packet-taken = Taken
packet-left = Left
packet-shares = Shares
packet-joined-so-far = Joined
packet-people = { $count }
packet-progress = { $taken } of { $count }
packet-person = { $name }: { $money }
packet-luckiest = 👑 { $name }: { $money }, luckiest draw
packet-fastest = ⚡ { $name } was first, after { $time }
packet-more = and { $count } more
packet-number = No. { $number }
packet-sealed = seal { $hash }
packet-open-until = Open until { $until }
packet-drawn-at = Drawn at { $until }
packet-emptied = Empty: every share is taken, after { $time }
packet-state-empty = Empty: every share is taken
packet-state-expired = Expired
packet-state-cancelled = Called off
packet-returned = Expired: { $money } went back to the sender
packet-returned-budget = Expired: { $money } went to the community
packet-returned-draw = Drawn: { $money } that nobody won went back to the sender
packet-returned-draw-budget = Drawn: { $money } that nobody won went to the community
packet-returned-cancelled = Called off: { $money } went back to the sender
packet-returned-cancelled-budget = Called off: { $money } went to the community

packet-sent = Your red packet is on its way 🧧
packet-got = You got { $money } from the red packet 🧧
packet-joined = You’re in. The shares are drawn at { $when }.
packet-joined-already = You’re in already. The shares are drawn at { $when }.
packet-won = You got { $money } in the draw of red packet { $number } 🧧
packet-already = You already took { $money } from this red packet.
packet-empty = Too late: every share of this red packet is taken.
packet-expired = This red packet has expired.
packet-cancelled = This red packet was called off.
packet-own = You can’t take a share of your own red packet here.
packet-before = This red packet was there before your account was unlinked, so its share is for the person you were.
packet-early = Not so fast: look at it for { $wait } first.
packet-gone = This red packet doesn’t exist any more.
packet-blocked = You can’t send or open red packets here at the moment.
packet-not-invited = This red packet is for somebody else.
packet-no-tries = You have no answers left for this red packet.
packet-wrong-answer = { $left ->
    [0] That isn’t it, and it was your last answer.
    [one] That isn’t it. You have one answer left.
   *[other] That isn’t it. You have { $left } answers left.
}
packet-wrong-phrase = That isn’t the phrase.
packet-thanks = Your thanks are on the card.
packet-thanked = You have said thank you already.
packet-no-thanks = Only who got a share of it can say thank you.
packet-refund = Your red packet has expired: { $money } came back to you.
packet-refund-draw = The shares of your red packet { $number } are drawn: { $money } that nobody won came back to you.
packet-not-shown = Your red packet could not be shown there: { $money } came back to you.
packet-called-off = Your red packet { $number } was called off: { $money } came back to you.
packet-cancelled-done = Red packet { $number } is called off: { $money } went back.
packet-ended = This red packet has ended already.
packet-touched = Somebody has a share of it already, so it can’t be taken back.
packet-too-large = A red packet here can hold at most { $money }.
packet-too-many = A red packet here can be for at most { $count } people.
packet-too-small = For { $count } people a red packet needs at least { $money }: everybody gets something.
packet-more-shares = { $count } shares for { $people } people: some would be left. Please ask for fewer shares.
packet-bounds = With these bounds, a red packet for { $count } people holds from { $least } to { $most }.
packet-amounts = Your { $count } shares make { $money }, which is not what you want to give to so many people.
packet-not-anonymous = Here everybody sees who gives a red packet.
packet-daily = You can put { $money } into red packets in a day; { $left } is left for today.
packet-daily-all = Everybody together can put { $money } into red packets in a day; { $left } is left for today.
packet-unknown-wish = I don’t know “{ $found }”. Wishes are equal, anonymous, cover, min=, max=, shares=, time=, draw=, for=, phrase=, ask= with answer=, need= and conditions such as level=.
packet-wish-empty = Please say what { $name } is.
packet-wish-number = { $name } must be a whole number from 1, not “{ $found }”.
packet-wish-time = { $name } must be a length of time such as 30m, 2h or 1d, not “{ $found }”.
packet-wish-long = { $name } can have at most { $maximum } characters.
packet-wish-bounds = min and max are for shares by luck: they don’t go with equal or set shares.
packet-wish-question = A question needs its answer, and a red packet has either a question or a phrase.
packet-wish-draw = A red packet with a draw ends with it: please leave out either time or draw.
packet-wish-asked = A red packet can have at most { $maximum } conditions.
packet-wish-lasts = That can be from { $minimum } to { $maximum }.

packets-got = Red packets you got
packets-sent = Red packets you gave
packets-given = Given
packets-received = Got
packets-best = Your best
packets-sum = { $count }: { $money }
packets-none = None so far.
packets-show-got = Got
packets-show-sent = Given
packets-older = Older
packets-line-got = No. { $number } · { $when } · { $money } from { $sender }
packets-line-open = No. { $number } · { $when } · { $money } · { $taken } of { $count } taken so far
packets-line-empty = No. { $number } · { $when } · { $money } · all { $count } taken
packets-line-expired = No. { $number } · { $when } · { $money } · expired, { $taken } of { $count } taken
packets-line-cancelled = No. { $number } · { $when } · { $money } · called off, { $taken } of { $count } taken

packet-no-seed = This red packet is from before they had seeds, so it can’t be checked.
verify-title = Red packet { $number }
verify-hash = Seal (SHA-256)
verify-seed = Seed
verify-open = It is sealed: how it is divided was settled when it was made. Its seed is told once it has ended.
verify-fair = ✅ Fair: the seal is that of the seed, and all { $count } shares follow from it.
verify-unfair = ❌ The { $count } shares don’t follow from what was sealed. Please tell an operator.
verify-draw = ✅ So does the order in which shares were drawn among those who joined.
verify-draw-changed = Those who joined are not all known any more, so the draw itself can’t be repeated.
verify-how = To do it yourself: { $count } shares, split { $split }, min { $least }, max { $most }.

ledger-title = Red packet { $number }
ledger-page = { $page } of { $pages }
ledger-back = Back
ledger-on = On

# Shown by /privacy and in the export.
privacy-keeps = The red packets that you gave with their greetings, questions and phrases, the rains that you ordered, the shares that you took, what you joined, answered or said thanks for, so that every point is accounted for.

reason-packet = Packet sent
reason-share = Packet share
reason-refund = Packet returned

# Rain.
command-rain = Let red packets rain here, every so often or at a time
command-rain-every = 20:00 for every day, 6h, or a cron line in quotes
command-rain-total = How much in each red packet
command-rain-shares = For how many people
command-rain-wishes = day= for the most in a day, until=30d, budget=, wishes as of every red packet; then a greeting
command-rains = See your rains of red packets, as an operator everybody’s
command-rain-stop = Stop a rain of red packets
command-rain-stop-number = Its number, from /rains
command-rain-resume = Let a rain of red packets go on
command-rain-resume-number = Its number, from /rains
command-rain-here = Let a rain fall in this room, too
command-rain-here-number = Its number, from /rains

rain-started = 🌧 Rain { $number } is ordered
rain-resumed = 🌧 Rain { $number } goes on
rain-placed = 🌧 Rain { $number } falls here, too
rain-each = Each red packet
rain-packet = { $count ->
    [one] { $money } for one person
   *[other] { $money } for { $count } people
}
rain-when = Falls
rain-next = Next
rain-at = { $when }
rain-pays = Paid by
rain-budget = the community (budget { $name })
rain-per-day = Most in a day
rain-ends = Ends
rain-daily = every day at { $time }
rain-every-so-often = every { $lasts }
rain-cron = by cron { $cron }
rain-how = /rain-stop { $number } stops it. Money leaves only when a red packet falls.
rains-mine = Your rains of red packets
rains-all = Rains of red packets
rains-none = There is no rain so far.
rains-line = <b>No. { $number }</b> · { $when } · { $count ->
    [one] { $money } for one
   *[other] { $money } for { $count }
} · { $payer }
rains-on = { $sent } fallen, { $money } · next { $next }
rains-short = { $sent } fallen, { $money } · the last one could not be sent · next { $next }
rains-stopped = { $sent } fallen, { $money } · stopped
rains-over = { $sent } fallen, { $money } · over
rain-stopped = Rain { $number } is stopped. /rain-resume { $number } lets it go on.
rain-stopped-by = { $name } stopped your rain { $number } of red packets.
rain-skipped = Your rain { $number } of red packets didn’t fall this time: { $why } It will try again next time; you won’t hear of it until one has fallen.
rain-stopped-short = Your rain { $number } of red packets has stopped: { $why } /rain-resume { $number } lets it go on.
rain-short = it needs { $needed }, and you have { $money }.
rain-short-budget = it needs { $needed }, and the budget has { $money }.
rain-terms = something that it asks of people is not known any more.
rain-operators = Only operators can let it rain here.
rain-many = You can have { $count } rains at a time. Please stop one first.
rain-not-for = A rain is for everybody: please leave out for=. A condition such as tag= does what you want.
rain-day-small = With { $money } in a day not even one red packet would fall.
rain-never = It would never fall: it ends before.
rain-not-on = Rain { $number } doesn’t run.
rain-is-on = Rain { $number } is running already.
rain-over = Rain { $number } has come to its end.
rain-not-yours = Only who pays for this rain can let it go on.
rain-unknown = There is no rain { $number } of yours. /rains lists them.
rain-here-already = Rain { $number } falls here already.
rain-places = A rain can fall in { $count } rooms.
rain-nowhere = none of its rooms is there any more.
rain-too-often = A rain can fall every { $least } at most.
rain-every = “{ $found }” is no time: please say 20:00 for every day, 6h for every six hours, or a cron line in quotes such as "0 20 * * 5".

# From the community's money.
command-packet-budget = A red packet that the community pays
command-packet-budget-total = How much in all
command-packet-budget-shares = For how many people
command-packet-budget-wishes = budget= for another than “community”, wishes as of every red packet; then a greeting
packet-community = The community
packet-no-budget = There is no budget “{ $name }” with this currency. /budget lists them.
packet-daily-budget = A budget can give { $money } in red packets in a day; { $left } is left for today.

# Prizes of other plugins.
prize-short = The prize needs { $needed }, and there is { $money }.
prize-wrong = The prize can’t be given like this. Please tell whoever runs the bot.
prize-nowhere = The room for the prize is not there any more.

# For operators.
command-packet-list = See everybody’s red packets
command-packet-list-state = Which ones: all, open, empty, expired or cancelled
command-packet-list-sender = Whose; everybody’s if left out
command-packet-list-days = Of how many last days; 0 for all
command-packet-list-currency = In which currency; all if left out
command-packet-look = See one red packet, and stop it
command-packet-look-number = Its number, from the last line of its card
command-packet-stats = What a member sent and took in red packets
command-packet-stats-member = Who
command-packet-stats-currency = In which currency
command-packet-days = What went into red packets, day by day
command-packet-days-currency = In which currency
console-title = Red packets
console-none = No red packets.
console-how = /packet-look with a number shows more.
console-stop = Stop
console-from = From
console-anonymous = { $name } (unnamed)
console-budget = The community (budget { $source }), ordered by { $name }
console-prize = Prize { $source }, in the name of { $name }
console-taken = { $count ->
    [one] one share, { $money }
   *[other] { $count } shares, { $money }
}
console-returned = Went back
console-made = Made
console-ended = Ended
console-reason = Reason
console-open = Open
console-empty = Empty: every share is taken
console-expired = Expired
console-cancelled = Called off
stats-title = Red packets of { $name }
stats-sent = Sent
stats-given = Given
stats-returned = Came back
stats-to-others = Taken by others
stats-claimed = Got
stats-best = Best share
stats-luckiest = Luckiest draw
stats-times = { $count ->
    [one] once
   *[other] { $count } times
}
days-title = Red packets by day
days-line = { $day } · { $count }: { $money }
