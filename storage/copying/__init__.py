"""Backup and restore: one portable file for both kinds of database."""
