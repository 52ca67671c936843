# Who asks to join, and what operators decide.

command-applications = See who waits to be let in

form-application = Before you join
form-application-why = Why?
form-application-age = Age

gate-applied = Thank you. The operators will look at your answers; I’ll tell you as soon as they have decided.
gate-answered = Your request has been dealt with already.
gate-under-way-new = Please answer the questions that I sent you here.
gate-under-way-applied = Your answers are with the operators. I’ll tell you as soon as they have decided.
gate-told-approved = 🎉 You are in. Welcome to { $community }!
gate-told-declined = Thank you for your interest in { $community }. The operators have decided not to let you in.
gate-told-expired = Thank you for your interest in { $community }. Nobody found the time to look at your request, so it is closed now. You are welcome to ask again.

gate-card-title = 🚪 { $name } asks to join
gate-request = Their words
gate-answers = Answers
gate-no-answers = None. The questions are turned off, or could not be delivered.
gate-approve = Approve
gate-decline = Decline
gate-reminder = This still waits for a decision.
gate-outcome-approved = Approved by { $name }
gate-outcome-declined = Declined by { $name }
gate-decided-approved = This was already decided by { $name }: approved.
gate-decided-declined = This was already decided by { $name }: declined.
gate-closed-approved = Let in on the platform itself.
gate-closed-declined = Closed, because nobody decided in time.
gate-closed-gone = Closed: the applicant is not known any more.
gate-none-waiting = Nobody is waiting to be let in.

# Shown by /privacy and in the export.
privacy-keeps = Your requests to join: what you wrote, your answers, and who decided, so that operators can decide and explain it later.

# What packets and prizes may ask.
condition-gate = let in after asking
condition-gate-not = This is for members whose application to join was approved.
