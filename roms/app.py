"""The whole wiring on one page."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.response import Response

from roms import cli, connecting, db, queue
from roms.config import BadConfig, Config
from roms.services import heartbeats, masking, tallies
from roms.web import (
    aside,
    auth,
    authors,
    availability,
    board,
    channels,
    contacts,
    conversations,
    crew,
    docs,
    files,
    forgery,
    headers,
    health,
    hours,
    identity,
    journal,
    live,
    media,
    pages,
    problems,
    ratings,
    rights,
    templates,
    verbs,
    webhooks,
    widget,
    words,
)

LARGEST_BODY = 5 * 1024 * 1024
WEEK = 7 * 24 * 3600


class CompactJSON(DefaultJSONProvider):
    """Keys in the order we wrote them, letters as they are, no spaces."""

    sort_keys = False
    ensure_ascii = False
    compact = True

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Who sees no numbers is told none, whatever the answer is about."""
        actor = identity.known()
        if actor is None or actor.sees_numbers:
            return super().response(*args, **kwargs)
        return super().response(*masking.masked(args), **masking.masked(kwargs))


def create_app(config: Config) -> Flask:
    """The web application; it opens no connection to Redis and starts no thread before it is asked something."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it tells every address it asks: people's numbers
    app = Flask("roms", static_folder="web/static", template_folder="web/templates")
    app.extensions["roms.config"] = config
    app.config.update(settings(config))
    app.json = CompactJSON(app)
    db.init_app(app)
    queue.init_app(app)
    heartbeats.init_app(app)
    tallies.init_app(app)
    # Requests walk through these from top to bottom, answers from bottom to top.
    headers.init_app(app)
    problems.init_app(app)
    forgery.init_app(app, exempt=(webhooks.bp, widget.bp))
    rights.init_app(app)
    conversations.init_app(app)
    files.init_app(app)
    for part in (aside, auth, authors, availability, board, channels, contacts, crew, pages, docs, hours):
        app.register_blueprint(part.bp)
    for part in (journal, media, ratings, webhooks, widget, words, health, templates, verbs):
        app.register_blueprint(part.bp)
    live.init_app(app)
    rights.complete(app)
    cli.init_app(app)
    if hops := config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def app_from_environ() -> Flask:
    """The same by the environment's settings; one that cannot be ends the process with a line that says which."""
    try:
        return create_app(Config.from_environ())
    except BadConfig as error:
        raise SystemExit(f"settings: {error}") from None


def settings(config: Config) -> dict[str, Any]:
    """What the extensions want to know."""
    return {
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": connecting.engine_options(config.database_url),
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "SESSION_COOKIE_NAME": "__Host-roms-form" if config.is_https else "roms-form",
        "SESSION_COOKIE_SECURE": config.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": WEEK,  # an inbox stays open for days
        "WTF_CSRF_SSL_STRICT": False,  # it wants a Referer, which our pages never send; forgery.py looks at Origin
    }
