"""The web: one small server for health, metrics and the pages of adapters and plugins."""
