"""`coterie run` on Telegram, killed in the middle: in front of the fake server, which outlives it and remembers."""
