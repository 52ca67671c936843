"""What members are owed: an export of all that is kept about them, and its erasure."""
