"""Histories brought from elsewhere."""
