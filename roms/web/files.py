"""Files of messages: put in by agents, shown to whoever may see the conversation, and only as what they are."""

from __future__ import annotations

from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.routing import BaseConverter
from werkzeug.wsgi import wrap_file

from roms.channels.reading import printable
from roms.errors import Invalid
from roms.services import faces, files, serving, uploads
from roms.services.serving import File
from roms.web import headers, identity
from roms.web.bodies import LARGEST
from roms.web.rights import ANYONE, SIGNED_IN, may

bp = Blueprint("files", __name__)

INLINE = frozenset(
    ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/ogg", "audio/mpeg", "audio/mp4")
)
DOWNLOADED = frozenset(("application/pdf", "video/3gpp", "audio/aac", "audio/amr"))
UNKNOWN = "application/octet-stream"
FOR_A_WHILE = "private, max-age=3600"


class FileId(BaseConverter):
    """Only what can be an id reaches the database."""

    regex = r"[A-Za-z0-9_-]{16,32}"


def init_app(app: Flask) -> None:
    app.url_map.converters["file"] = FileId
    app.register_blueprint(bp)


@bp.post("/api/conversations/<cid:cid>/files")
@may(SIGNED_IN)
def upload(cid: str) -> ResponseReturnValue:
    """The form has been read into a temporary file by now; see problems.refuse_large for how much it may be."""
    actor = identity.actor()
    given = request.files.get("file")
    if given is None:
        raise Invalid("file: a file is expected in a form", field="file")
    name = printable(given.filename or "")
    voice = request.form.get("voice", "") not in ("", "0", "false")
    return {"file": uploads.upload(actor, cid, cast(BinaryIO, given.stream), name, voice)}, 201


@bp.delete("/api/files/<file:public_id>")
@may(SIGNED_IN)
def withdraw(public_id: str) -> ResponseReturnValue:
    uploads.withdraw(identity.actor(), public_id)
    return "", 204


@bp.post("/api/files/<file:public_id>/retry")
@may(SIGNED_IN)
def retry(public_id: str) -> ResponseReturnValue:
    return files.retry(identity.actor(), public_id)


@bp.get("/files/<file:public_id>/<name>")
@may(SIGNED_IN, quietly=True)
def show(public_id: str, name: str) -> ResponseReturnValue:
    """The name in the address is for people; what it is called and what it is, we know ourselves."""
    return answered(serving.for_actor(identity.actor(), public_id))


@bp.get("/files/<file:public_id>/thumb")
@may(SIGNED_IN, quietly=True)
def thumb(public_id: str) -> ResponseReturnValue:
    return answered(serving.for_actor(identity.actor(), public_id, thumb=True))


@bp.get(f"/files/contact/<int(max={LARGEST}):contact>/picture")
@may(SIGNED_IN, quietly=True)
def picture(contact: int) -> ResponseReturnValue:
    return answered(faces.shown(identity.actor(), contact))


@bp.get("/files/out/<token>/<name>")
@may(ANYONE)
def out(token: str, name: str) -> ResponseReturnValue:
    """For whoever has been given this very address: a provider that fetches, a visitor of the web chat."""
    return answered(serving.for_pass(token))


def answered(file: File) -> Response:
    """The bytes, as what they are and nothing else."""
    type_ = file.type if file.type in INLINE | DOWNLOADED else UNKNOWN
    tag = f'"{file.key}"'
    if request.method == "GET" and request.if_none_match.contains_raw(tag):
        return _described(Response(status=304), file, type_)
    content, size = serving.content(file)
    answer = Response(wrap_file(request.environ, content), mimetype=type_, direct_passthrough=True)
    answer.content_length = size
    answer.call_on_close(content.close)
    _described(answer, file, type_)
    try:
        answer.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        content.close()
        raise
    return answer


def _described(answer: Response, file: File, type_: str) -> Response:
    answer.set_etag(file.key)
    answer.headers["Content-Disposition"] = _disposition(file.name, type_ in INLINE)
    answer.headers["Cache-Control"] = FOR_A_WHILE
    answer.headers["Content-Security-Policy"] = headers.A_FILE
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _disposition(name: str, inline: bool) -> str:
    """With the name twice: in letters that every program reads, and as it is (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    told = f'{"inline" if inline else "attachment"}; filename="{plain}"'
    return told if plain == name else f"{told}; filename*=UTF-8''{quote(name, safe='')}"
