# The wallet: balances, payments between members, statements, and what operators give, take and take back.

command-balance = See what you have
command-give = Give a member new money
command-give-member = Who gets it
command-give-amount = How much
command-give-currency = Which currency; points if left out
command-give-reason = What it is for
command-take = Take money from a member
command-take-member = Who loses it
command-take-amount = How much at most
command-take-currency = Which currency; points if left out
command-take-reason = Why
command-pay = Pay another member
command-pay-member = Who gets it
command-pay-amount = How much
command-pay-currency = Which currency; points if left out
command-pay-note = A few words for them
command-statement = See what came in and went out
command-statement-whose = A currency, or (for operators) a member
command-statement-currency = Which currency; points if left out
command-budget = The community’s budgets: list, fund, donate to, take back
command-budget-action = What to do; lists the budgets if left out
command-budget-name = Which budget
command-budget-amount = How much
command-budget-currency = Which currency; points if left out
command-budget-reason = What it is for
command-reverse = Take a transfer back by a counter-entry
command-reverse-transfer = The number of the transfer, from /statement
command-reverse-reason = Why

# What movements were for, in statements.
reason-pay = Payment
reason-give = Given by an operator
reason-take = Taken by an operator
reason-reverse = Taken back
reason-budget-fund = Budget funded
reason-budget-donate = Donated to a budget
reason-budget-take = Budget reduced

wallet-title = Your wallet
wallet-money = { $money }
no-such-currency = { $currency } can’t be used here. These can: { $known }
confirm-expires = { $minutes ->
    [one] Nothing happens unless you confirm within { $minutes } minute.
   *[other] Nothing happens unless you confirm within { $minutes } minutes.
}

pay-done = Paid { $money } to { $name }. You have { $left } left.
pay-received = 💰 { $name } sent you { $money }.
pay-self = You can’t pay yourself.
pay-left = { $name } has left the community, so nothing was paid.
pay-too-much-today = You can pay { $most } a day, of which { $left } are left today.
pay-already = This payment has been made already.
pay-confirm = Pay { $money } to { $name }?
pay-confirm-yes = Pay
pay-confirm-expires = { $minutes ->
    [one] Nothing happens unless you confirm within { $minutes } minute.
   *[other] Nothing happens unless you confirm within { $minutes } minutes.
}

give-done = Gave { $money } to { $name }.
give-received = 🎁 You were given { $money }.

take-confirm = Take { $money } from { $name }, who has { $has }?
take-confirm-yes = Take
take-done = Took { $money } from { $name }, who has { $left } left.
take-received = An operator took { $money } from you.
take-nothing = { $name } has nothing that could be taken.
take-already = This has been done already.

statement-title = Your statement
statement-title-of = Statement of { $name }
statement-in = { $when }: +{ $money } → { $left } · { $reason }
statement-out = { $when }: −{ $money } → { $left } · { $reason }
statement-party = { $names }
statement-budget = budget { $name }
statement-empty = Nothing has moved here yet.
statement-end = There is nothing older.
statement-older = Older
statement-newest = Newest

budget-title = Budgets
budget-line = { $name }: { $money }
budget-none = There is nothing in any budget. Fund one with: /budget fund name amount reason
budget-name = Please name the budget with a-z, 0-9, - and _, at most 32 characters.
budget-done = The budget { $name } has { $has } now.
budget-too-little = The budget { $name } has only { $has }.

reverse-confirm = Take back { $money } ({ $reason }, { $when })?
reverse-gave = { $name } gets back { $money }
reverse-got = { $name } loses { $money }
reverse-short = Only { $left } of it are still there.
reverse-confirm-yes = Take all of it back
reverse-confirm-part = Take back what is there
reverse-done = Taken back: { $money }.
reverse-unknown = There is no transfer { $number }. Its number stands in the member’s /statement.
reverse-already = This transfer has been taken back already.
reverse-nothing-left = This can’t be taken back: whoever got it has only { $left } left.
reverse-nothing = Nothing of it is left to take back.
reverse-same = Both sides are one member by now, so there is nothing to take back.
reverse-hold = This money is or was set aside for something that settles it by itself, so it can’t be taken back here.
reverse-escrow = Another feature still holds this money or counts on it, so it can’t be taken back here.

# Shown by /privacy and in the export.
privacy-keeps = Payments that wait for your confirmation; the movements themselves stand in the ledger.
