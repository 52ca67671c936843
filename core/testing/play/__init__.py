"""The scenario language: ``grammar`` reads ``.play`` files into ``steps``, ``runner`` acts them out in the town."""
