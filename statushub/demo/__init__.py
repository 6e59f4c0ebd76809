"""A small company's story, to look around in."""
