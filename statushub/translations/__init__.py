"""Catalogues, one folder a language; English is what stands in the code."""
