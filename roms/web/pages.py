"""The pages themselves; what moves in them comes from static files and the API."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, request, send_from_directory
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from roms.config import Config
from roms.errors import NotAllowed, NotFound
from roms.services import channels, inbox
from roms.web import headers, i18n, identity
from roms.web.channels import warnings

bp = Blueprint("pages", __name__)


def config() -> Config:
    found: Config = current_app.extensions["roms.config"]
    return found


def trial_only() -> None:
    if not config().is_trial:
        raise NotFound


@bp.get("/")
def start() -> ResponseReturnValue:
    if not config().is_trial:
        return redirect("/inbox")
    doors = [("shop", "/shop"), ("inbox", "/inbox"), ("phone", config().fake_url), ("docs", "/docs")]
    shown = [{"key": key, "href": href} for key, href in doors if href]
    return i18n.page("start.html", doors=shown, warnings=warnings(i18n.language()))


@bp.get("/shop")
def shop() -> ResponseReturnValue:
    trial_only()
    return i18n.page("shop.html", widget_src="/widget.js")


@bp.get("/inbox/unmatched", strict_slashes=False)
def show_unmatched() -> ResponseReturnValue:
    """The same page at the place where admins read what was not understood."""
    if not identity.actor().is_admin:
        raise NotAllowed("what was not understood is for admins")
    return show_inbox("")


@bp.get("/inbox/contacts", defaults={"contact": 0}, strict_slashes=False)
@bp.get("/inbox/contacts/<int:contact>")
def show_contacts(contact: int) -> ResponseReturnValue:
    """People apart from their conversations; which one is open is the browser's affair."""
    return i18n.page("contacts.html", part="inbox", boot=boot())


@bp.get("/inbox", defaults={"cid": ""}, strict_slashes=False)
@bp.get("/inbox/<cid>")
def show_inbox(cid: str) -> ResponseReturnValue:
    return i18n.page("inbox.html", part="inbox", boot=boot())


def boot() -> dict[str, Any]:
    """What an agent's page is given at its start."""
    me = identity.actor()
    return {
        "me": {"id": me.id, "name": me.name, "role": me.role, "language": me.language, "login": me.login},
        "agents": inbox.agents(),
        "several_numbers": channels.are_several(),
        "csrf": generate_csrf(),
        "instance": config().instance,
        "warnings": warnings(me.language, me.is_admin),
        "socket": "/ws/inbox",
    }


@bp.get("/widget.js")
def loader() -> ResponseReturnValue:
    """The one line in other people's pages points here, so the address must never change."""
    answer = send_from_directory(str(current_app.static_folder), "widget/loader.js", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@bp.get("/widget")
def widget() -> ResponseReturnValue:
    headers.may_be_framed_by(*(config().widget_origins or ("*",)), "'self'")
    wanted = request.args.get("language") or request.args.get("lang")
    return i18n.page("widget.html", wanted if wanted in i18n.LANGUAGES else i18n.preferred(), part="widget")
