"""`coterie run` on a platform, killed in the middle: in front of a fake server that outlives it and remembers.

What is the same on every platform is here; a platform adds a :class:`~tests.killing.scene.Scene` and the moments of its
own.
"""
