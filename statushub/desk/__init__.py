"""The staff's doors."""
