"""The walk from an empty machine to a told customer, in chapters; each begins where the one
before ended (test_the_whole_way.py calls them in order)."""
