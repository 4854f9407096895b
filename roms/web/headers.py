"""What every answer says to the browser about itself."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, request

from roms.config import Config

YEAR = 365 * 24 * 3600
NOT_A_PAGE = "default-src 'none'; frame-ancestors 'none'"
A_FILE = f"{NOT_A_PAGE}; sandbox"  # somebody's picture or document: whatever hides in it, it runs nowhere
NONCE, FRAMED_BY = "roms.nonce", "roms.framed_by"


ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)


def init_app(app: Flask) -> None:
    app.after_request(describe)
    app.context_processor(lambda: {"csp_nonce": nonce()})


def nonce() -> str:
    """This answer's nonce."""
    if NONCE not in request.environ:
        request.environ[NONCE] = secrets.token_urlsafe(18)
    made: str = request.environ[NONCE]
    return made


def may_be_framed_by(*origins: str) -> None:
    """Let other pages show this answer in a frame: the web chat's page only."""
    request.environ[FRAMED_BY] = " ".join(origins)


def describe(answer: Response) -> Response:
    config: Config = current_app.extensions["roms.config"]
    told = list(ALWAYS)
    if "Content-Security-Policy" not in answer.headers:  # a file has its own, A_FILE
        told.append(("Content-Security-Policy", policy() if answer.mimetype == "text/html" else NOT_A_PAGE))
    if FRAMED_BY not in request.environ:
        told.append(("X-Frame-Options", "DENY"))
    if config.is_https:
        told.append(("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains"))
    if request.endpoint != "static" and "Cache-Control" not in answer.headers:
        told.append(("Cache-Control", "no-store"))
    answer.headers.extend(told)  # sets none of them twice: half the work of one assignment each
    return answer


def policy() -> str:
    """Nothing but our own files, and inline only what carries this answer's nonce."""
    own = f"'self' 'nonce-{nonce()}'"
    rules = {
        "default-src": "'none'",
        "script-src": own,
        "style-src": own,
        "img-src": "'self' data:",
        "media-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": request.environ.get(FRAMED_BY, "'none'"),
        "worker-src": "'self'",
    }
    if request.path == "/shop":
        rules["frame-src"] = "'self'"
    return "; ".join(f"{name} {value}" for name, value in rules.items())
