"""Bringing the past along: exports of platforms, read in a stream and counted exactly once."""
