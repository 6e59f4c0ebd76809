"""StatusHub for any WSGI server: ``gunicorn --threads 16 wsgi:app``.

Settings come from ``STATUSHUB_*``. Run ``python -m statushub.serving.publisher_process`` beside
it (one a host): it renders the public pages that this process serves from memory. Without it
every page is asked of Flask, which is right, and slow.
"""

from statushub.serving.wsgi_app import build

app = build()
