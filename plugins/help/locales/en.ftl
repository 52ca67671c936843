# Help, greeting and language.

command-help = See what you can do here
command-start = Begin here
command-start-link = What a link to the bot carried; leave it out
command-language = Choose your language
command-language-language = en, zh-Hans or zh-Hant; leave it out to see the choices

start-greeting = 👋 Welcome to { $community }, { $name }!
language-choose = Which language would you like to read?
language-set = From now on I’ll speak English to you.

# Shown by /privacy and in the export.
privacy-keeps = Nothing.
