"""Ready bytes in front of Flask, and the processes that serve them."""
