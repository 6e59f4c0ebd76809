"""Floor 0: what every room may use and what knows no room."""
