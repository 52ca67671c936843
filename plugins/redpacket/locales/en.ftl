# Red packets.

command-packet = Put points in a red packet for this room
command-packet-total = How much in all
command-packet-shares = For how many people
command-packet-greeting = A greeting; start it with “equal” for equal shares

packet-title-lucky = 🧧 { $sender }’s red packet
packet-title-equal = 🧧 { $sender }’s red packet, equal shares
packet-greeting = Good fortune to everybody!
packet-grab = Grab
packet-money = { $money }
packet-total = In all
packet-taken = Taken
packet-left = Left
packet-progress = { $taken } of { $count }
packet-person = { $name }: { $money }
packet-luckiest = 👑 { $name }: { $money }, luckiest draw
packet-more = and { $count } more
packet-open-until = Open until { $until }
packet-state-empty = Empty: every share is taken
packet-state-expired = Expired
packet-returned = Expired: { $money } went back to the sender

packet-got = You got { $money } from the red packet 🧧
packet-already = You already took { $money } from this red packet.
packet-empty = Too late: every share of this red packet is taken.
packet-expired = This red packet has expired.
packet-own = You can’t take a share of your own red packet here.
packet-before = This red packet was there before your account was unlinked, so its share is for the person you were.
packet-gone = This red packet doesn’t exist any more.
packet-refund = Your red packet has expired: { $money } came back to you.
packet-not-shown = Your red packet could not be shown there: { $money } came back to you.
packet-too-large = A red packet here can hold at most { $money }.
packet-too-many = A red packet here can be for at most { $count } people.
packet-too-small = For { $count } people a red packet needs at least { $money }: everybody gets something.

# Shown by /privacy and in the export.
privacy-keeps = The red packets that you gave with their greetings, and the shares that you took, so that every point is accounted for.

reason-packet = Packet sent
reason-share = Packet share
reason-refund = Packet returned
