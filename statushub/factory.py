"""The application, put together from its parts. Creating it touches no database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from statushub import api, config, desk, site
from statushub.channels.registry import Transports
from statushub.config import Settings
from statushub.core.db import db
from statushub.core.i18n import DEFAULT_LOCALE, PoBabel
from statushub.core.paths import resource
from statushub.core.secrets import Vault
from statushub.core.signing import Signer
from statushub.web import context, errors, guards, headers, login, static
from statushub.web.language import LanguagePrefix
from statushub.web.limits import limiter

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MIGRATIONS = str(resource("migrations"))
csrf = CSRFProtect()


def create_app(settings: Settings | None = None, *, testing: bool = False) -> Flask:
    """A StatusHub. Without ``settings`` they come from the environment."""
    settings = settings or config.load()
    app = Flask(
        "statushub",
        template_folder=str(resource("templates")),
        static_folder=None,
        instance_path=str(settings.data_dir),
    )
    app.config.update(_flask_config(settings), TESTING=testing)
    _install_tools(app, settings)
    for door in (site, desk, api):
        door.install(app)
    for blueprint in (*site.CSRF_EXEMPT, *api.CSRF_EXEMPT):
        csrf.exempt(blueprint)
    guards.check_all_marked(app)
    _wrap(app, settings)
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SETTINGS": settings,
        "DATA_DIR": settings.data_dir,
        "BASE_URL": settings.base_url,
        "SECRET_KEY": settings.secret_keys[0],
        "SECRET_KEY_FALLBACKS": list(settings.secret_keys[1:]),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings),
        "MAX_CONTENT_LENGTH": 512 * 1024,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "MAX_FORM_PARTS": 2_000,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "SESSION_COOKIE_NAME": "statushub",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.https,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "WTF_CSRF_SSL_STRICT": settings.https,
        "RATELIMIT_STORAGE_URI": settings.rate_limit_storage,
        "BABEL_DEFAULT_LOCALE": DEFAULT_LOCALE,
    }


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.is_sqlite:
        return {}
    return {
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 5,
        "connect_args": {
            "connect_timeout": 3,
            "options": "-c statement_timeout=15000 -c lock_timeout=10000 -c timezone=UTC",
        },
    }


def _install_tools(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    Migrate(app, db, directory=MIGRATIONS, render_as_batch=True, compare_type=True)
    PoBabel(app, locale_selector=context.select_locale)
    csrf.init_app(app)
    limiter.init_app(app)
    login.install(app)
    static.install(app, resource("static"))
    app.extensions["statushub.vault"] = Vault(settings.secret_keys)
    app.extensions["statushub.signer"] = Signer(list(settings.secret_keys))
    app.extensions["statushub.transports"] = Transports.from_settings(
        smtp_url=settings.smtp_url,
        mail_from=settings.mail_from,
        x_api_base=settings.x_api_base or None,
        allow_private=settings.allow_private_targets,
    )
    context.install(app)
    errors.install(app)
    app.before_request(guards.check_guard)
    app.after_request(headers.add_security_headers)


def _wrap(app: Flask, settings: Settings) -> None:
    stack: WSGIApplication = LanguagePrefix(app.wsgi_app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        stack = ProxyFix(stack, x_for=hops, x_proto=hops, x_host=hops)
    app.wsgi_app = stack  # type: ignore[method-assign, assignment] # Flask's documented way to add middleware
