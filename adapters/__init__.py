"""One folder a platform: translate in, translate out, capabilities."""
