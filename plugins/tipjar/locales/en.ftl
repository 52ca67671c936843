# The tip jar. Tips are paid in Telegram Stars.

command-tip = Tip the community
command-tip-amount = How many Stars
command-tips = See what is in the tip jar

tip-title = A tip for the community
tip-description = Thank you for keeping this place going.
tip-thanks = 💛 Thank you for your tip of { $money }!
tip-thanks-room = 💛 { $name } put { $money } in the tip jar. Thank you!
tips-total = There are { $money } in the tip jar.

# Shown by /privacy and in the export.
privacy-keeps = Where an invoice was asked for, so that a tip is thanked for there; nothing that names you.

reason-tip = Tip
