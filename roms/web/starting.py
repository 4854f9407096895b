"""What every page of ours is given at its start."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_wtf.csrf import generate_csrf

from roms.config import Config
from roms.web import identity


def boot(**more: Any) -> dict[str, Any]:
    """Who is there, where the live line is, and what this page wants besides."""
    me = identity.actor()
    config: Config = current_app.extensions["roms.config"]
    return {
        "me": {"id": me.id, "name": me.name, "role": me.role, "language": me.language, "login": me.login},
        "agents": [],
        "csrf": generate_csrf(),
        "instance": config.instance,
        "socket": "/ws/inbox",
    } | more
