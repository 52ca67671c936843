# Referrals: who brought whom. A referral “counts” (vests) once the newcomer has stayed long enough.

command-referral = Get your referral code, and see whom it has brought
command-referred = Say who brought you here
command-referred-code = The code of whoever brought you

referral-title = Your referral code: { $code }
referral-how = Give it to people you bring. Within { $within } of coming they send:
referral-counts = { $count ->
    [0] You have brought nobody so far.
    [one] You have brought { $count } person: { $vested } counts already, { $waiting } waits.
   *[other] You have brought { $count } people: { $vested } count already, { $waiting } wait.
}
referral-reward = You get { $money } for everybody who is still here after { $after }, for at most { $most } people a day.
referral-show = Show it here
referral-invitation = 👋 New here? If { $name } brought you, say so within { $within } of coming.
referral-brought-me = { $name } brought me

referred-done = Noted: { $name } brought you. It counts once you have been here for another { $after }.
referred-wrong = There is no such code. { $left ->
    [0] That was your last try for now.
    [one] You have { $left } try left.
   *[other] You have { $left } tries left.
}
referred-too-many = Too many wrong codes. You can try again after { $until }.
referred-already = You have said who brought you. That is said once.
referred-late = This is for newcomers: who brought you can be said within { $within } of coming.
referred-left = Join the community first, then say who brought you.
referred-own = This is your own code. Nobody brings themselves.
referred-circle = You brought { $name }, so { $name } can’t have brought you.
referred-younger = { $name } came after you, so { $name } can’t have brought you.
referred-gone = This invitation leads to nobody any more.
referred-paid = 🎁 You have stayed, and { $name } brought you: { $money } for you.

referral-vested = 🤝 { $name }, whom you brought, has stayed: it counts now.
referral-vested-paid = You got { $money }.
referral-vested-over = There is no reward for it: today’s { $most } rewards had been given out.

# What operators do.

command-referrals = See referrals, of everybody or of one member
command-referrals-member = Whose; everybody’s if left out
command-referral-void = Make the referral of a newcomer void, and take its rewards back
command-referral-void-member = The newcomer who was brought
command-referral-void-reason = Why; operators can read it later

referrals-title = Referrals
referrals-of = Referrals of { $name }
referrals-totals = Count: { $vested }. Wait: { $waiting }. Void: { $void }.
referrals-top = Who brought the most people
referrals-line = { $number }. { $name }: { $vested }, and { $waiting } waiting
referrals-brought = Brought
referrals-by = Brought by
referrals-waiting = { $name }, { $at }: waits, looked at from { $due }
referrals-vested = { $name }, { $at }: counts
referrals-void = { $name }, { $at }: void ({ $why })
referrals-why-left = left the community
referrals-why-filter = did not meet the filter in time
referrals-why-self = one and the same person
referrals-why-twice = was brought under another record
referrals-why-erased = one of them was erased
referrals-why-operator = an operator decided so
referral-void-done = The referral of { $name } is void.
referral-void-taken = Taken back from { $name }: { $taken }
referral-void-short = Taken back from { $name }: { $taken } of { $paid }; the rest is gone.
referral-void-none = { $name } has no referral that waits or counts.

# Shown by /privacy and in the export.
privacy-keeps = Your referral code, who brought you, whom you brought and when, so that each referral counts and is rewarded once; and wrong codes for some minutes.

reason-referral = Referral
reason-referred = Welcome gift
reason-referral-void = Referral taken back

# What packets and prizes may ask.
condition-referrals = referrals that count: { $value } or more
condition-referrals-not = This is for members with { $value } or more referrals that count. /referral tells yours.
condition-referred = was brought by a member
condition-referred-not = This is for members whom somebody brought. New here? Say so with /referred and their code.
