# Who may what, and why.

command-access = See what you have access to
command-access-member = Somebody else (operators only)
command-access-give = Give somebody an access
command-access-give-member = Whom to give it
command-access-give-access = The access’s name
command-access-give-until = How long: 30d, 2026-12-31 or forever
command-access-give-reason = Why; operators can read it later
command-access-end = End what operators gave somebody
command-access-end-member = From whom
command-access-end-access = The access’s name
command-access-end-reason = Why; operators can read it later

access-own-title = Your access
access-own-none = You have no special access here yet.
access-link = Link to { $access }
access-link-sent = I have sent you a new link in our private chat. An earlier one works no more.
access-link-none = There is no link to send: you are in already, or a link is on its way.
access-open-end = no end
access-until = until { $until }

access-member-title = Access of { $name }
access-member-none = { $name } has no access now.
access-has = Now
access-had = Before
access-line = { $access } by { $plugin } ({ $source }) since { $given }
access-over = { $access } by { $plugin } ({ $source }), ended { $at }

access-given = { $name } now has { $access }.
access-given-until = { $name } has { $access } until { $until }.
access-ended = { $access } is no longer granted to { $name } by operators.
access-still = { $name } keeps it because of: { $sources }
access-none = No operator has given { $access } to { $name }. What comes from other features ends there.
access-unknown = There is no access { $found }. There are: { $known }
access-no-accesses = No access is set up in this community’s configuration.
access-until-wrong = { $found } is no end in the future. Write a length such as 30d, a last day such as 2026-12-31, or forever.

access-braked-title = Stopped: { $access }
access-braked-take = { $wanted ->
    [one] I was about to take { $access } from { $wanted } account.
   *[other] I was about to take { $access } from { $wanted } accounts.
} At most { $allowed } in an hour pass without your word, so I have taken nothing. Was it a mistake? Then mend it, and nothing is lost.
access-braked-again = { $wanted ->
    [one] Somebody took { $access } from { $wanted } account by hand.
   *[other] Somebody took { $access } from { $wanted } accounts by hand.
} At most { $allowed } in an hour are given back without your word, so I have given nothing back.
access-confirm-take = Take it from all { $wanted }
access-confirm-again = Give it back to all { $wanted }
access-confirmed = I go on with { $access }.

# Shown by /privacy and in the export.
privacy-keeps = Nothing of its own: your rights, why you have them and until when, stand in the core’s file.
