# Daily check-in. A day is the community's own: its zone, and the hour at which its day begins.

command-checkin = Collect today’s points
command-streak = See how many days in a row you have checked in
command-checkin-card = Post a card with a check-in button in this room

checkin-done = Checked in: +{ $money }. { $days ->
    [1] Your streak begins today.
   *[other] { $days } days in a row.
}
checkin-done-room = ✅ { $name } checked in: +{ $money }, { $days ->
    [1] first day of a streak
   *[other] { $days } days in a row
}
checkin-bonus = 🎉 And { $money } more for { $days } days in a row!
checkin-balance = You have { $money } now.
checkin-already = You have checked in today. The next day begins on { $opens }.
checkin-separated = Today’s check-in stayed with the person you were unlinked from. You can check in yourself from { $opens }.

checkin-streak = 🔥 { $days ->
    [0] You have no streak at the moment.
    [1] One day so far.
   *[other] { $days } days in a row.
} { $total ->
    [one] Checked in on { $total } day in all.
   *[other] Checked in on { $total } days in all.
}
checkin-ahead = At { $days } days in a row you get { $money } more.
checkin-today-done = Today’s points are collected.
checkin-today-open = Today’s points are still waiting: /checkin

checkin-card-title = ☀️ Daily check-in
checkin-card-text = One tap a day: { $money }, and more for every further day in a row.
checkin-card-day = A new day begins at { $time } ({ $zone }).
checkin-card-button = Check in

# Shown by /privacy and in the export.
privacy-keeps = The days on which you checked in, to count your streak and to pay each day once.

reason-checkin = Check-in

# What packets and prizes may ask.
condition-checkin = checked in today
condition-checkin-not = This is for members who have checked in today: /checkin
