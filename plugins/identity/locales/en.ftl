# Linking accounts of one person on several platforms.

command-link = Link your accounts on other platforms
command-link-code = The code that your other account got; leave it out to get one
command-whoami = See who you are here

link-title = Link your accounts
link-how = Your one-time code { $code } works until { $until }. Send me this from your account on the other platform:
link-careful = The code works once. Never give it to anybody, and never send a code that somebody else gave you: your accounts would become one.
link-done = 🔗 Linked. These accounts are one person now: { $accounts }
link-moved = Brought together in one wallet: { $amounts }
link-money = { $money }
link-wrong = That code is wrong. { $left ->
    [0] That was your last try for now.
    [one] You have { $left } try left.
   *[other] You have { $left } tries left.
}
link-too-many = Too many wrong codes. You can try again after { $until }.
link-expired = That code has expired at { $at }. Send /link from your other account to get a new one.
link-used = That code has been used already. Send /link from your other account to get a new one.
link-own = This is your own code. Send it from your account on the other platform.
link-already = These accounts are linked already.
link-same-platform = You have an account on { $platforms } already, and two accounts on one platform can’t be linked here.

whoami-standing = Standing
whoami-standing-member = Member
whoami-standing-operator = Operator
whoami-id = Number
whoami-accounts = Accounts
whoami-link = Here on another platform, too? /link makes you one person.

# Separating an account again. Nothing happens before the member confirms.

command-unlink = Separate one of your accounts again
unlink-title = Unlink an account
unlink-which = Which of your accounts should be a person of its own?
unlink-ask = Unlink { $account }?
unlink-means = This account becomes a new person here who starts from nothing. Your wallet, your levels and everything else stay with your other accounts.
unlink-money = Stays with your other accounts: { $amounts }
unlink-goes = Starts anew
unlink-stays = Keeps everything
unlink-yes = Unlink
unlink-footer = You can’t take this back; linking again with /link makes you one person again. What began before, such as today’s check-in or an open red packet, can’t be claimed a second time.
unlink-done = { $account } is a person of its own now. Everything else is as it was.
unlink-done-new = { $account } is a person of its own now and starts from nothing. Wasn’t this you? Tell an operator.
unlink-last = You have only one account here, so there is nothing to unlink.
unlink-off = Accounts can’t be unlinked here. Ask an operator.
unlink-too-soon = You can unlink an account from { $at } on.
unlink-not-yours = This account isn’t yours any more.

# What operators do.

command-merge = Make two members one person
command-merge-kept = Who stays
command-merge-gone = Who becomes a part of them
command-unmerge = Undo a merge of two members
command-unmerge-member = Whose merge
merge-ask = Merge { $gone } into { $kept }?
merge-means = Both become one person: one wallet, one set of rights. Where both have the same, it is added up or counted once.
merge-stays = Stays
merge-goes = Becomes a part of it
merge-money = Money that moves
merge-held = Set aside
merge-data = Data
merge-rows = { $plugin }: { $moved } move, { $united } united, { $left } left as they are
merge-yes = Merge
merge-footer = This can be undone with /unmerge.
merge-done = { $gone } and { $kept } are one person now.
merge-undo-with = Was it wrong? /unmerge takes it back.
merge-same = { $name } is one person already.
unmerge-none = { $name } has no merge of the last { $days ->
    [one] { $days } day
   *[other] { $days } days
} that could be undone.
unmerge-title = Merges of { $name }
unmerge-line = { $number }. { $names }: { $at }, by { $by }
unmerge-one = Undo { $number }: { $names }
unmerge-ask = Separate { $names } from { $kept } again?
unmerge-means = Both get back what was theirs before the merge. What came since stays with the record that was kept.
unmerge-short-means = ⚠️ Some of the money has been spent since. It can’t be given back: the community would have to make it new.
unmerge-accounts = Accounts that go back
unmerge-returned = Money that goes back
unmerge-short = Missing
unmerge-rows = { $plugin }: { $count }
unmerge-yes = Undo the merge
unmerge-yes-short = Undo it without the missing money
unmerge-done = { $gone } and { $kept } are two persons again.
unmerge-gave = Given back: { $amounts }
unmerge-missing = Missing, as it had been spent: { $amounts }
unmerge-stuck = { $count ->
    [one] { $count } entry could not go back and stays where it is.
   *[other] { $count } entries could not go back and stay where they are.
}
unmerge-told = An operator has separated linked accounts. You are here with: { $accounts }
confirm-expires = { $minutes ->
    [one] Nothing happens unless you confirm within { $minutes } minute.
   *[other] Nothing happens unless you confirm within { $minutes } minutes.
}

# Shown by /privacy and in the export.
privacy-keeps = Your link codes and wrong tries for some minutes, and which of your accounts were linked when, so that a link can be undone.
