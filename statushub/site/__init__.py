"""The public doors."""
