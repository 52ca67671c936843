# What the core itself says to members and operators. docs/translation.md tells how messages are written.

# How amounts of points and of Telegram Stars are written everywhere.
amount-points = { $amount ->
    [one] { $amount } point
   *[other] { $amount } points
}
amount-stars = { $amount } ⭐

## Commands. Names of commands come without the slash.

unknown-command = I don’t know /{ $name }. Send /help to see what I can do.
unknown-command-suggest = I don’t know /{ $name }. Did you mean /{ $suggestion }?
usage = Usage: { $usage }
arg-missing = Please add { $name }.
arg-not-int = { $name } must be a whole number, but “{ $found }” isn’t one.
arg-too-small = { $name } is too small: it can be from { $minimum } to { $maximum }.
arg-too-large = { $name } is too large: it can be from { $minimum } to { $maximum }.
arg-too-small-open = { $name } is too small: it must be at least { $minimum }.
arg-too-large-open = { $name } is too large: it can be at most { $maximum }.
# $maximum and $found are numbers of characters.
arg-too-long = { $name } is too long: { $found } characters, and the limit is { $maximum }.
arg-not-choice = { $name } must be one of these: { $choices }
arg-not-bool = { $name } must be yes or no, not “{ $found }”.
arg-not-member = I couldn’t find “{ $found }” here. { $name } must be a member of this community.
arg-extra = I don’t know what to do with “{ $found }”. Please leave it out.
arg-not-duration = { $name } must be a length of time such as 30m, 2h or 1d, not “{ $found }”.
arg-not-amount = { $name } must be an amount with at most { $decimals } decimals, such as 12.5, not “{ $found }”.

## Buttons

button-forged = This button is not valid here.
button-expired = This button has expired.
button-foreign = This button is for someone else.
button-gone = This feature has been turned off, so the button no longer works.

## Forms

form-expired = This form has expired. Please start again.
form-not-open = You have no open form.
form-error-required = Please answer this question.
form-saved = Thank you, your answers are saved.
form-cancelled = Cancelled. Nothing was saved.

## Refusals and faults

not-allowed = Only operators can do this.
plugin-failed = Something went wrong on our side; nothing was lost. The operators can see it.
plugin-paused = This feature is taking a short break. Please try again later.
insufficient-funds = You have { $balance }, and this needs { $needed }.
here-only-in-room = Please use this in the group, not in a private chat.
here-only-in-dm = Please send me this in a private chat.
bots-cannot = Bots can’t take part in this.

## Help

help-title = What I can do
help-line = { $usage } – { $description }
help-empty = There are no commands for you here yet.

## For operators

operator-plugin-paused = <b>{ $plugin }</b> is paused at <code>{ $hook }</code> because it kept failing: { $error }
operator-brake-take = I was about to take <b>{ $access }</b> from { $wanted } accounts at once, and have taken nothing: at most { $allowed } pass within an hour without your word. See who and why with <code>coterie access plan</code>, and let me go on with <code>coterie access apply --confirm</code>.
operator-brake-again = Somebody took <b>{ $access }</b> away from { $wanted } accounts by hand. I have not given it back: at most { $allowed } pass within an hour without your word. See whose it is with <code>coterie access plan</code>, and let me go on with <code>coterie access apply --confirm</code>.
access-invite-title = { $access }: come in
access-invite-text = You can now enter a private place of { $community }. The link is for you alone, works once and for a week.
access-invite-open = Open { $access }

## Erased members

erased-name = Former member { $code }
erase-payment = A payment of theirs still waits for { $plugins }.

## The export of a member's data

export-readme = Everything that { $community } keeps about { $name }. The files are JSON: any text editor or browser shows them. Times are milliseconds since 1970, with the date in UTC besides (_utc); amounts are whole numbers of the smallest unit; numbers of more than 15 digits stand in quotes.
export-readme-member = Who you are here: your record, your accounts on the platforms, the groups where you are, and what you agreed to.
export-readme-ledger = Your money: what you have in each currency, what is set aside, and every movement with the balance after it.
export-readme-waiting = Messages to you that are still on their way or could not be delivered, and forms that you have not finished.
export-readme-coterie = Everything else that does not belong to a single feature: rights, tags, notes and acts of operators that concern you.
keeps-unknown = This feature has not said what it keeps.
handing-title = Your data
handing-text = Everything about you in one file. This works once.
handing-button = Download

## What movements of money were for, in statements

reason-merge = Linked accounts
reason-unmerge = Link undone
reason-erase = Account erased
reason-reverse = Taken back

## Merges of members that cannot be undone

merge-unknown = There is no such merge.
merge-undone = This merge has been undone already.
merge-too-late = A merge can be undone for { $days ->
    [one] { $days } day.
   *[other] { $days } days.
}
merge-inside = This record is a part of { $name } now. Undo that merge first.
merge-no-account = The accounts of this merge belong to somebody else by now, so there is nobody to give anything back to. Merge that member again first.
merge-short = Some of the money has been spent since, and nobody has agreed to that.

## Filters for people. $at counts the characters of the filter from 1; $field, $operators and $found are as typed.

filter-empty = The filter is empty. Try for example: tag:vip and balance>=100
filter-too-long = The filter is too long: { $found } characters, and the limit is { $maximum }.
filter-too-deep = At character { $at }: too many levels inside each other; the limit is { $maximum }.
filter-too-many = At character { $at }: too many conditions; the limit is { $maximum }, those of segments included.
filter-open-quote = At character { $at }: this quotation mark is never closed.
filter-expected-test = At character { $at }: I expected a condition such as tag:vip, but found “{ $found }”.
filter-expected-test-end = At character { $at }: I expected a condition such as tag:vip, but the filter ends here.
filter-expected-and = At character { $at }: I expected “and”, “or” or the end, but found “{ $found }”. A value with spaces needs quotation marks.
filter-expected-close = At character { $at }: I expected “)” for the bracket at { $opened }, but found “{ $found }”.
filter-expected-close-end = At character { $at }: I expected “)” for the bracket at { $opened }, but the filter ends here.
filter-expected-value = At character { $at }: I expected a value for { $field }, but found “{ $found }”.
filter-expected-value-end = At character { $at }: I expected a value for { $field }, but the filter ends here.
filter-unknown-field = At character { $at }: I don’t know “{ $field }”. You can use: { $known }
filter-unknown-field-suggest = At character { $at }: I don’t know “{ $field }”. Did you mean { $suggestion }?
filter-needs-name = At character { $at }: { $field } needs a name, as in { $field }.city
filter-no-name = At character { $at }: { $field } takes no name after a dot.
filter-only-alone = At character { $at }: { $field } stands alone, without a value; “not { $field }” is the opposite.
filter-needs-value = At character { $at }: { $field } has to be compared with something, by one of: { $operators }
filter-wrong-operator = At character { $at }: { $field } can’t be compared by “{ $found }”, only by: { $operators }
filter-not-number = At character { $at }: { $field } is compared with a whole number, and “{ $found }” isn’t one.
filter-not-moment = At character { $at }: { $field } is compared with a length of time such as 30d (by < or >), or with a date such as 2026-01-31, not “{ $found }”.
filter-not-ordered = At character { $at }: only numbers and dates can be more or less, and “{ $found }” is neither.
filter-cycle = At character { $at }: the segment { $name } would contain itself: { $path }
filter-no-segment = At character { $at }: there is no segment { $name }.
filter-bad-name = “{ $name }” can’t be a name: use at most 32 characters without spaces and brackets.
filter-name-is-field = { $name } is a word of filters already. Please choose another name.
filter-too-many-segments = There can be at most { $maximum } segments. Please delete one first.
filter-in-use = { $name } is used by other segments: { $users }. Change those first.

## Moderation

# Shown to an operator who tries to mute or remove somebody.
moderate-operator = { $name } is an operator, and operators can’t be muted or removed.
moderate-bot = { $name } is a bot. Bots come and go by the hand of whoever runs the group.
operator-space-moved = <b>{ $title }</b> has a new id on { $platform }: <code>{ $new }</code>, in place of <code>{ $old }</code>. Everything goes on as before. Please write the new id into <code>plugins.toml</code>, wherever the old one stands.

## Gatherings, where a platform has no calendar of its own

gathering-when = When
gathering-where = Where
gathering-span = { $starts } – { $ends }
gathering-off = This was called off.

## Parameters of commands for which a plugin has no words of its own

option-int = { $name }: a whole number
option-str = { $name }: a text
option-bool = { $name }: yes or no
option-choice = { $name }: one of the choices
option-duration = { $name }: a length of time, such as 30m, 2h or 1d
option-member = { $name }: a member

## What may be asked of members before they get something

condition-tag = tag { $value }
condition-tag-not = This is for members with the tag “{ $value }”.
condition-segment = members of { $value }
condition-segment-not = This is for members of the group “{ $value }”.
condition-role = { $value }
condition-role-not = This is for those who have “{ $value }”.
condition-tenure = here for { $value }
condition-tenure-not = This is for members who have been here for { $value }.
condition-active = wrote within { $value }
condition-active-not = This is for members who wrote something within the last { $value }.
condition-if = { $value }
condition-if-not = This is for some members only: { $value }
condition-gone = { $name }
condition-gone-not = Nobody can tell any more who meets the condition “{ $name }”, so it isn’t met.
condition-unknown = I don’t know the condition “{ $found }”. You can use: { $known }
