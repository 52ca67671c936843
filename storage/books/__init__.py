"""The rooms of the ledger; :mod:`coterie.storage.ledger` puts them together."""
