"""Coterie's core: events in, rows and messages out, one transaction at a time."""

__version__ = "0.1.0"
