"""Requests that a foreign page makes in a signed-in person's name are refused."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Request, current_app, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

from roms.config import Config
from roms.errors import NotAllowed

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class FormCookie(SecureCookieSessionInterface):
    """The session that holds the token. Without any cookie it is empty: no signature is to be checked, and to make
    what checks one is a thirtieth of a webhook."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()


def init_app(app: Flask, exempt: Iterable[Blueprint]) -> None:
    """Everything unsafe needs the token, but what `exempt` names: it takes no cookie, so there is nothing to forge."""
    app.session_interface = FormCookie()
    protect = CSRFProtect()
    protect.init_app(app)
    names = {blueprint.name for blueprint in exempt}
    for blueprint in exempt:
        protect.exempt(blueprint)

    @app.before_request
    def check_origin() -> None:
        if request.method not in SAFE and request.blueprint not in names and not origin_is_ours():
            raise NotAllowed("this request comes from a foreign page")


def renew() -> None:
    """Forget the token: whoever signs in or out begins with a new one."""
    session.clear()


def origin_is_ours(required: bool = False) -> bool:
    """Whether the Origin header, if there is one, names us exactly.

    A form of a page with `Referrer-Policy: no-referrer` sends "null" (Fetch standard, "append a request Origin
    header"); then the browser's own Sec-Fetch-Site, which no script can write, must say where it came from.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return not required
    if origin == "null" and not required:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    return origin in own_origins()


def own_origins() -> set[str]:
    """The public address; in the trial also the one the browser used, be it 127.0.0.1 or a name for it."""
    config: Config = current_app.extensions["roms.config"]
    public = urlsplit(config.public_url)
    origins = {f"{public.scheme}://{public.netloc}".lower()}
    return origins | {request.host_url.rstrip("/")} if config.is_trial else origins
