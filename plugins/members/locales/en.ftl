# Member data for operators, and messages to many.

command-member = See all that is known about a member
command-member-member = Who
command-tag = Put a tag on a member, or take it away
command-tag-act = add or remove
command-tag-member = Who
command-tag-tag = A short word
command-note = Write a note about a member, for operators only
command-note-member = Who
command-note-text = The note
command-notes = See the notes about a member
command-notes-member = Who
command-attribute = Set an attribute of a member
command-attribute-member = Who
command-attribute-name = Which attribute
command-attribute-value = Its value; left out, it is removed
command-tag-all = Tag everybody whom a filter means
command-tag-all-act = add or remove
command-tag-all-tag = A short word
command-tag-all-filter = A segment or a filter, such as joined<30d and not left
command-attribute-all = Set an attribute of everybody whom a filter means
command-attribute-all-name = Which attribute
command-attribute-all-value = Its value
command-attribute-all-filter = A segment or a filter
command-segment = Save filters for people under a name
command-segment-act = save, show, list or delete
command-segment-name = The segment’s name
command-segment-filter = Such as tag:vip and balance>=100
command-broadcast = Write to everybody in a segment
command-broadcast-audience = A segment, or a filter in quotation marks
command-broadcast-text = What they read
command-broadcasts = See how far the newest broadcasts are
command-quiet = Get no more messages that go to many
command-quiet-on = no brings them back
command-audit = See what operators did
command-audit-about = @somebody, or the name of a command

value = { $value }
value-yes = yes
value-no = no

profile-accounts = Accounts
profile-standing = Standing
profile-standing-member = member
profile-standing-operator = operator
profile-joined = Joined
profile-left = Left
profile-heard = Last wrote
profile-balance = Balance
profile-tags = Tags
profile-day = { $day }
profile-money = { $money }
profile-quiet = 🔕 Wants no messages that go to many.

tag-bad = “{ $tag }” can’t be a tag: use at most 32 characters without spaces and brackets.
tag-added = { $name } now has the tag { $tag }.
tag-removed = { $name } no longer has the tag { $tag }.
tag-has = { $name } has the tag { $tag } already.
tag-has-not = { $name } doesn’t have the tag { $tag }.

note-done = Your note about { $name } is saved. Only operators can read it.
note-head = 📝 { $name }, { $at }
notes-title = Notes about { $name }
notes-none = There are no notes yet.

attribute-set = { $attribute } of { $name } is now { $value }.
attribute-removed = { $name } no longer has the attribute { $attribute }.
attribute-bad-name = “{ $name }” can’t name an attribute: use letters, digits, _ and -, at most 32.
attribute-unknown = There is no attribute { $name } here. You can use: { $known }
attribute-not-int = { $name } must be a whole number, not “{ $found }”.
attribute-not-bool = { $name } must be yes or no, not “{ $found }”.
attribute-not-date = { $name } must be a date such as 2026-01-31, not “{ $found }”.
attribute-not-text = { $name } must be a text, not “{ $found }”.

crowd-nobody = Nobody fits { $name }.
crowd-too-many = That would be { $count } members, and at most { $maximum } can be changed at once. Please narrow the filter.
bulk-yes = Do it
bulk-done = { $count ->
    [one] Done: { $count } member was changed.
   *[other] Done: { $count } members were changed.
}
bulk-expires = Nothing happens unless you confirm within { $minutes } minutes.
tag-all-ask = { $count ->
    [one] Put the tag { $tag } on { $count } member ({ $audience })?
   *[other] Put the tag { $tag } on { $count } members ({ $audience })?
}
untag-all-ask = { $count ->
    [one] Take the tag { $tag } from { $count } member ({ $audience })?
   *[other] Take the tag { $tag } from { $count } members ({ $audience })?
}
attribute-all-ask = { $count ->
    [one] Set { $attribute } to “{ $value }” for { $count } member ({ $audience })?
   *[other] Set { $attribute } to “{ $value }” for { $count } members ({ $audience })?
}

segments-title = Segments
segments-none = There are no segments yet. Save one: /segment save vips tag:vip and not left
segment-count = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
segment-sample = Among them: { $names }
segment-which = Please add the segment’s name.
segment-unknown = There is no segment { $name }.
segment-deleted = The segment { $name } is gone.

broadcast-footer = Send /quiet to get no more messages like this.
broadcast-ask = { $count ->
    [one] This goes to { $count } member ({ $audience }), in a direct message. Who left, sent /quiet or can’t be reached is passed over.
   *[other] This goes to { $count } members ({ $audience }), in direct messages. Who left, sent /quiet or can’t be reached is passed over.
}
broadcast-send = Send
broadcast-stop = Stop
broadcast-resume = Go on
broadcast-already = This broadcast has been started already.
broadcast-stopping = Stopped. What was on its way still arrives.
broadcast-not-running = This broadcast isn’t under way.
broadcast-not-stopped = This broadcast isn’t stopped.
broadcast-collecting = Broadcast: collecting members …
broadcast-running = Broadcast: under way
broadcast-stopped = Broadcast: stopped
broadcast-done = Broadcast: done
broadcast-failed = Broadcast: failed, its segment no longer exists
broadcasts-title = Broadcasts
broadcasts-none = There were no broadcasts yet.
broadcasts-line = { $at } · { $state } · { $sent } of { $total } · { $audience }
progress-sent = Sent
progress-queued = On the way
progress-pending = Waiting
progress-unreachable = Can’t be reached
progress-opted-out = Sent /quiet
progress-gone = Left
progress-failed = Failed
progress-unknown = Unknown

quiet-on = 🔕 You’ll get no more messages that go to many. Send /quiet no to get them again.
quiet-off = 🔔 You’ll get messages that go to many again.

audit-title = What operators did
audit-none = There is nothing here.
audit-older = Older
audit-at = { $at }

# Shown by /privacy and in the export.
privacy-keeps = Nothing of its own: tags, attributes and notes of operators, and whether you want news, stand in the core’s file.
