"""The tests mirror the rooms: a folder for each, facts in sentences."""
