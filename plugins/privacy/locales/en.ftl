# Privacy: what is kept, export, erasure, consent.

command-privacy = See what is kept about you, get it, or have it erased

# Shown by /privacy and in the export.
privacy-keeps = When you asked for your erasure, until it is done or taken back; when you asked an operator for your data, for a day.

privacy-title = 🔒 Your data
privacy-intro = This is what is kept about you here, and why:
privacy-core = <b>Coterie</b>: your name and language, your accounts on the platforms, which groups you are in, what you have and every movement of it, your rights, and what operators noted about you.
privacy-colon = {": "}
privacy-agreement = You agreed
privacy-export = Get my data
privacy-erase = Erase me
privacy-keep = Don’t erase me
privacy-withdraw = Take back: { $purpose }

privacy-link = Here is everything about you in one file. The link works once, within an hour.
privacy-link-open = Download
privacy-link-careful = Whoever has this link gets your data. Don’t pass it on.
privacy-export-asked = The operators have been asked. One of them will hand you the file.
privacy-export-again = The operators know already. Please give them a day.
privacy-export-nobody = There is nobody here who could hand you the file. Please write to those who run this community.
privacy-export-please = { $name } wants a copy of their data. Make it with: coterie member export { $id } – and hand it to them alone.

privacy-erase-title = Erase everything about you?
privacy-erase-what = Your name, your accounts, what you wrote here and all that the features know about you are deleted; your rights and roles end. If you come back, you begin as somebody new. Messages that were posted in groups stay there. This cannot be undone.
privacy-erase-money = What you have is lost: { $amounts }.
privacy-erase-delay = It happens at { $at }. Until then you can take it back.
privacy-erase-yes = Yes, erase me
privacy-erase-set = You will be erased at { $at }. With /privacy you can take it back until then.
privacy-erase-kept = Nothing will be erased.
privacy-erase-none = No erasure is waiting.
privacy-erase-begins = Everything about you is being erased now. This is my last message to you. Farewell!
privacy-erase-waits = Something of yours is still under way here. You are erased by itself as soon as that has ended.
privacy-erase-merged = Your accounts were linked since you asked to be erased, so nothing was erased. If you still want it: /privacy

privacy-agree = I agree
privacy-refuse = No
privacy-change-mind = You can change your mind with /privacy at any time.
privacy-agreed = Thank you, noted.
privacy-refused = Noted: you do not agree.
