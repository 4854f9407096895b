"""The pages themselves; what moves in them comes from static files and the API."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, request, send_from_directory
from flask.typing import ResponseReturnValue

from roms.config import Config
from roms.errors import NotFound
from roms.services import channels, inbox, labels
from roms.web import headers, i18n, identity, starting
from roms.web.channels import warnings
from roms.web.rights import ADMIN, ANYONE, SIGNED_IN, may

bp = Blueprint("pages", __name__)


def config() -> Config:
    found: Config = current_app.extensions["roms.config"]
    return found


def trial_only() -> None:
    if not config().is_trial:
        raise NotFound


@bp.get("/")
@may(ANYONE)
def start() -> ResponseReturnValue:
    if not config().is_trial:
        return redirect("/inbox")
    doors = [("shop", "/shop"), ("inbox", "/inbox"), ("phone", config().fake_url), ("docs", "/docs")]
    shown = [{"key": key, "href": href} for key, href in doors if href]
    return i18n.page("start.html", doors=shown, warnings=warnings(i18n.language()))


@bp.get("/shop")
@may(ANYONE)
def shop() -> ResponseReturnValue:
    trial_only()
    return i18n.page("shop.html", widget_src="/widget.js")


@bp.get("/inbox/unmatched", strict_slashes=False)
@may(ADMIN)
def show_unmatched() -> ResponseReturnValue:
    """The same page at the place where admins read what was not understood."""
    return show_inbox("")


@bp.get("/inbox/contacts", defaults={"contact": 0}, strict_slashes=False)
@bp.get("/inbox/contacts/<int:contact>")
@may(SIGNED_IN)
def show_contacts(contact: int) -> ResponseReturnValue:
    """People apart from their conversations; which one is open is the browser's affair."""
    return i18n.page("contacts.html", part="inbox", boot=boot())


@bp.get("/inbox/labels")
@bp.get("/inbox/saved")
@bp.get("/inbox/macros")
@may(SIGNED_IN)
def show_words() -> ResponseReturnValue:
    """Where labels, saved replies and macros are looked after; agents read what there is."""
    return i18n.page("words.html", part="words", boot=boot())


@bp.get("/inbox", defaults={"cid": ""}, strict_slashes=False)
@bp.get("/inbox/<cid>")
@may(SIGNED_IN)
def show_inbox(cid: str) -> ResponseReturnValue:
    return i18n.page("inbox.html", part="inbox", boot=boot())


def boot() -> dict[str, Any]:
    """What an agent's page is given at its start."""
    me = identity.actor()
    return starting.boot(
        agents=inbox.agents(),
        labels=labels.known(),
        several_numbers=channels.are_several(),
        warnings=warnings(me.language, me.is_admin),
    )


@bp.get("/widget.js")
@may(ANYONE)
def loader() -> ResponseReturnValue:
    """The one line in other people's pages points here, so the address must never change."""
    answer = send_from_directory(str(current_app.static_folder), "widget/loader.js", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@bp.get("/widget")
@may(ANYONE)
def widget() -> ResponseReturnValue:
    headers.may_be_framed_by(*(config().widget_origins or ("*",)), "'self'")
    wanted = request.args.get("language") or request.args.get("lang")
    return i18n.page("widget.html", wanted if wanted in i18n.LANGUAGES else i18n.preferred(), part="widget")
