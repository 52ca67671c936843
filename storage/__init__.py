"""The store: tables, engines, repositories and migrations. Imports nothing else of Coterie."""
