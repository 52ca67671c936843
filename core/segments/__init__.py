"""Segments: filters for people, saved under a name, and usable as an audience."""
