"""Contacts for the inbox: found, changed, joined, parted, taken in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint, Response, request, stream_with_context
from flask.typing import ResponseReturnValue
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError

from roms.channels.reading import printable
from roms.errors import Conflict, Invalid
from roms.services import beginning, consent, contact_files, contacts, merging, removing, suggesting
from roms.web import identity
from roms.web.bodies import LARGEST, Number, Text, body, number, word
from roms.web.rights import ADMIN, SIGNED_IN, may

bp = Blueprint("contacts", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)

ID = f"<int(max={LARGEST}):contact>"
TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}

Value = Annotated[str, AfterValidator(printable), Field(max_length=contacts.LONGEST_VALUE)]


class Changes(BaseModel):
    """What may be changed of a contact, and nothing else."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, Field(max_length=200)] | None = None
    language: Literal["", "id", "en"] | None = None
    attributes: dict[Text, Value | None] | None = None


class With(BaseModel):
    other: Number = Field(alias="with")


class Named(BaseModel):
    """The name as somebody typed it who means it."""

    name: Annotated[Text, Field(min_length=1, max_length=200)]


class Wish(BaseModel):
    wanted: bool
    reason: Annotated[Text, Field(max_length=consent.LONGEST_TEXT)]


class On(BaseModel):
    channel: Number


@bp.get("/contacts")
@may(SIGNED_IN)
def listing() -> ResponseReturnValue:
    before = number("before", 0) or None
    return contacts.listing(identity.actor(), word("q"), before, number("limit", 50, most=200) or 1)


@bp.get(f"/contacts/{ID}")
@may(SIGNED_IN)
def one(contact: int) -> ResponseReturnValue:
    found = contacts.one(identity.actor(), contact)
    return found | {"ways": beginning.ways(identity.actor(), found["id"])}


@bp.patch(f"/contacts/{ID}")
@may(SIGNED_IN)
def change(contact: int) -> ResponseReturnValue:
    wanted = body(Changes).model_dump(exclude_none=True)
    contacts.change(identity.actor(), contact, wanted)
    return contacts.one(identity.actor(), contact)


@bp.delete(f"/contacts/{ID}")
@may(ADMIN, confirmed=True)
def remove(contact: int) -> ResponseReturnValue:
    removing.remove(identity.actor(), contact, body(Named).name)
    return "", 204


@bp.post(f"/contacts/{ID}/consent")
@may(SIGNED_IN)
def wish(contact: int) -> ResponseReturnValue:
    """Whether they want advertising, as one of us was told."""
    said = body(Wish)
    consent.set_by_hand(identity.actor(), contact, said.wanted, said.reason)
    return contacts.one(identity.actor(), contact)


@bp.get(f"/contacts/{ID}/conversations")
@may(SIGNED_IN)
def conversations(contact: int) -> ResponseReturnValue:
    return contacts.conversations(identity.actor(), contact)


@bp.post(f"/contacts/{ID}/conversations")
@may(SIGNED_IN)
def write_to(contact: int) -> ResponseReturnValue:
    """Begin the thread with this contact on a channel, or take it up; nothing is sent."""
    told, is_new = beginning.begin(identity.actor(), contact, body(On).channel)
    return told, 201 if is_new else 200


@bp.post(f"/contacts/{ID}/merge")
@may(ADMIN)
def merge(contact: int) -> ResponseReturnValue:
    made = merging.merge(identity.actor(), contact, body(With).other)
    return {"merge": made, "contact": contacts.one(identity.actor(), contact)}


@bp.post(f"/merges/<int(max={LARGEST}):merge>/undo")
@may(ADMIN)
def undo(merge: int) -> ResponseReturnValue:
    merging.undo(identity.actor(), merge)
    return {}


@bp.get("/contacts/suggestions")
@may(SIGNED_IN)
def suggestions() -> ResponseReturnValue:
    """Of one contact, or a page of them all: every pair once, beside its newer contact."""
    contact, before = number("contact", 0) or None, number("before", 0) or None
    return suggesting.suggestions(identity.actor(), contact, before)


@bp.get("/contacts/export")
@may(ADMIN, confirmed=True)
def export() -> ResponseReturnValue:
    form = _form(word("format", 10) or "csv")
    lines = contact_files.exported(identity.actor(), form, bool(number("bom", 0)))
    answer = Response(stream_with_context(lines), content_type=f"{TYPES[form]}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="contacts.{form}"'
    return answer


@bp.post("/contacts/import")
@may(ADMIN)
def take_in() -> ResponseReturnValue:
    data, name = _file()
    form = _form(word("format", 10) or ("jsonl" if _is_jsonl(name, data) else "csv"))
    dry_run, skip_bad = bool(number("dry_run", 0)), bool(number("skip_bad", 0))
    try:
        return contact_files.imported(identity.actor(), data, form, dry_run, skip_bad)
    except IntegrityError as error:
        raise Conflict(
            "somebody of this file wrote to us at this very moment; nothing was stored, try again"
        ) from error


def _file() -> tuple[bytes, str]:
    """The file of a form, or the body itself."""
    if request.mimetype == "multipart/form-data":
        given = request.files.get("file")
        if given is None:
            raise Invalid("there is no file", field="file")
        return given.read(), given.filename or ""
    return request.get_data(), ""


def _is_jsonl(name: str, data: bytes) -> bool:
    return name.lower().endswith((".jsonl", ".ndjson", ".json")) or data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"


def _form(wanted: str) -> str:
    if wanted not in TYPES:
        raise Invalid(f"format: one of {', '.join(TYPES)}", field="format")
    return wanted
