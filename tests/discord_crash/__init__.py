"""`coterie run` on Discord, killed in the middle: in front of the fake server, which outlives it and remembers."""
