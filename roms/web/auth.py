"""Signing in and out."""

from __future__ import annotations

import re

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from roms.channels.reading import printable
from roms.errors import Problem, TooMany
from roms.services import accounts
from roms.web import forgery, i18n, identity
from roms.web.rights import ANYONE, may

bp = Blueprint("auth", __name__)

HOME = "/inbox"
# One slash, then no second one, no backslash (browsers read it as a slash) and nothing that browsers drop.
LOCAL = re.compile(r"/(?!/)(?:[!-.0-\[\]-~]|/(?!/))*", re.ASCII)


@bp.get("/login")
@may(ANYONE)
def ask() -> ResponseReturnValue:
    if identity.actor_if_any():
        return redirect(local(request.args.get("next", "")), 303)
    return form()


@bp.post("/login")
@may(ANYONE)
def sign_in() -> ResponseReturnValue:
    login, password = printable(request.form.get("login", "")), request.form.get("password", "")
    browser = printable(request.headers.get("User-Agent", ""))
    try:
        token, _actor = accounts.sign_in(login, password, request.remote_addr or "", browser)
    except (accounts.WrongPassword, TooMany) as problem:
        return form(problem, login)
    forgery.renew()
    return identity.remember(make_response(redirect(local(request.form.get("next", "")), 303)), token)


@bp.post("/logout")
@may(ANYONE)
def sign_out() -> ResponseReturnValue:
    actor = identity.actor_if_any()
    if actor:
        accounts.sign_out(actor.session_id)
    forgery.renew()
    return identity.forget(make_response(redirect("/login", 303)))


def form(problem: Problem | None = None, login: str = "") -> Response:
    """The sign-in page; after a try that failed with the reason and its status."""
    lang = i18n.preferred()
    error = i18n.error_text(lang, problem.code, str(problem)) if problem else None
    page = i18n.page("login.html", lang, error=error, login=login, next=local(request.values.get("next", "")))
    answer = make_response(page, problem.status if problem else 200)
    if isinstance(problem, TooMany):
        answer.headers["Retry-After"] = str(problem.data["retry_after"])
    return answer


def local(target: str) -> str:
    """Where to go after signing in: a path of ours, or the inbox."""
    return target if LOCAL.fullmatch(target) and len(target) < 500 else HOME
