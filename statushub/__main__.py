"""``python -m statushub`` is the ``statushub`` command."""

from statushub.cli import main

main()
