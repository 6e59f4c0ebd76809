"""What StatusHub promises about speed, measured side by side with a reference in the same run.

``make bench`` runs all; ``python -m benchmarks NAME…`` some. A benchmark is a module here named
``bench_*`` (or in :data:`benchmarks.__main__.ALSO`) with a ``main() -> None`` that prints a small
table. It ends by itself in under a minute or two and cleans up after itself.
"""
