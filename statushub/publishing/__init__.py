"""From a draft to everybody who should know."""
