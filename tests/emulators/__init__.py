"""Stand-ins for other people's servers that speak their exact wire formats over real sockets.

Each is a context manager for tests in the same process, and a command
(``python -m tests.emulators.x_api --port 0 --state FILE``) for tests that kill workers.
"""
