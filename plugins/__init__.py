"""One folder a feature, each built on :mod:`coterie.core.api` alone."""
