"""The files that flows say: told apart by content, never changing, shown only as what they are."""

from __future__ import annotations

import io

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from roms.engine.media import of_name
from roms.errors import NotFound
from roms.services import media
from roms.web import headers
from roms.web.rights import ANYONE, may

bp = Blueprint("media", __name__)

SHOWN = ("image/", "video/", "audio/")  # anything else is downloaded


@bp.get("/media/<string(length=64):hash_>/<name>")
@may(ANYONE)
def show(hash_: str, name: str) -> ResponseReturnValue:
    """Whoever has the address has been told it by the bot: a flow says the same to everybody.

    The name is the caller's; one that promises another type than the content has is not ours, nor is one that no
    header can carry.
    """
    if not (name + hash_).isprintable():
        raise NotFound
    type_, data = media.found(hash_)
    if of_name(name) != type_:
        raise NotFound
    as_attachment = not type_.startswith(SHOWN)
    answer = send_file(
        io.BytesIO(data), type_, as_attachment, download_name=name, conditional=True, etag=hash_, max_age=headers.YEAR
    )
    answer.headers["Cache-Control"] = f"public, max-age={headers.YEAR}, immutable"
    answer.headers["Content-Security-Policy"] = headers.A_FILE
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
