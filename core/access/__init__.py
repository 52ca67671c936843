"""Rights on the platforms: what members should have, what Coterie gave them, and how the one becomes the other."""
