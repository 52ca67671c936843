"""People: which tables know about members, and what becomes of that when two records are one."""
