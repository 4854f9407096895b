"""What people working together share: labels, saved replies and macros; put on, said and run in a conversation."""

from __future__ import annotations

from typing import Annotated, Any, BinaryIO, Literal, cast

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field

from roms.channels.reading import printable
from roms.errors import Invalid
from roms.services import labelling, labels, macros, saved, saved_files
from roms.web import identity
from roms.web.bodies import LARGEST, ClientId, Number, Text, body, number
from roms.web.files import answered
from roms.web.rights import SIGNED_IN, SUPERVISOR, may

bp = Blueprint("words", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)

ID, PERSON = f"<int(max={LARGEST}):id_>", f"<int(max={LARGEST}):contact>"
Word = Annotated[Text, Field(max_length=200)]
Team = Annotated[Text, Field(max_length=80)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LabelName(Strict):
    label: Word


class NewLabel(Strict):
    key: Word
    colour: Word = labelling.GREY
    is_vip: bool = False


class LabelChange(Strict):
    key: Word | None = None
    colour: Word | None = None
    is_vip: bool | None = None
    is_active: bool | None = None


class ReplyChange(Strict):
    """What may be changed of a saved reply; team None: everybody's."""

    shortcut: Word | None = None
    title: Word | None = None
    texts: dict[Word, Annotated[Text, Field(max_length=20_000)]] | None = None
    team: Team | None = None


class Step(Strict):
    do: Word
    label: Word = ""
    text: Annotated[Text, Field(max_length=20_000)] = ""
    saved: Number | None = None
    agent: Number | Literal["me"] | None = None
    team: Team = ""
    minutes: Number | None = None


class MacroChange(Strict):
    name: Word | None = None
    team: Team | None = None
    steps: Annotated[list[Step], Field(max_length=50)] | None = None


class Running(Strict):
    client_id: Annotated[ClientId, Field(max_length=60)]
    seen: Number
    over: Number | None = Field(default=None, alias="from")
    force: bool = False


def given(model: BaseModel) -> dict[str, Any]:
    """What was sent and nothing that was not: None is a value only where somebody wrote it."""
    return model.model_dump(exclude_unset=True)


# --- labels --------------------------------------------------------------------------------------------------------


@bp.get("/labels")
@may(SIGNED_IN)
def all_labels() -> ResponseReturnValue:
    return labels.listing(identity.actor())


@bp.post("/labels")
@may(SUPERVISOR)
def make_label() -> ResponseReturnValue:
    said = body(NewLabel)
    return labels.make(identity.actor(), said.key, said.colour, said.is_vip), 201


@bp.patch(f"/labels/{ID}")
@may(SUPERVISOR)
def change_label(id_: int) -> ResponseReturnValue:
    return labels.change(identity.actor(), id_, body(LabelChange).model_dump(exclude_none=True))


@bp.delete(f"/labels/{ID}")
@may(SUPERVISOR)
def put_label_away(id_: int) -> ResponseReturnValue:
    """It stays where it is, and nobody puts it on again."""
    return labels.change(identity.actor(), id_, {"is_active": False})


@bp.get("/labels/counts")
@may(SIGNED_IN)
def count_labels() -> ResponseReturnValue:
    return labels.counts(number("days", 30, most=labels.MOST_DAYS))


@bp.post("/conversations/<cid:cid>/labels")
@may(SIGNED_IN)
def put(cid: str) -> ResponseReturnValue:
    return labelling.put_on_conversation(identity.actor(), cid, body(LabelName).label)


@bp.delete("/conversations/<cid:cid>/labels")
@may(SIGNED_IN)
def take(cid: str) -> ResponseReturnValue:
    return labelling.take_from_conversation(identity.actor(), cid, body(LabelName).label)


@bp.post(f"/contacts/{PERSON}/labels")
@may(SIGNED_IN)
def put_on_contact(contact: int) -> ResponseReturnValue:
    return {"labels": labelling.put_on_contact(identity.actor(), contact, body(LabelName).label)}


@bp.delete(f"/contacts/{PERSON}/labels")
@may(SIGNED_IN)
def take_from_contact(contact: int) -> ResponseReturnValue:
    return {"labels": labelling.take_from_contact(identity.actor(), contact, body(LabelName).label)}


# --- saved replies -------------------------------------------------------------------------------------------------


@bp.get("/saved")
@may(SIGNED_IN)
def all_saved() -> ResponseReturnValue:
    return saved.listing(identity.actor())


@bp.post("/saved")
@may(SUPERVISOR)
def make_saved() -> ResponseReturnValue:
    said = given(body(ReplyChange))
    for name in ("shortcut", "title", "texts"):
        if not said.get(name):
            raise Invalid(f"{name}: this is needed", field=name)
    return saved.make(identity.actor(), said), 201


@bp.patch(f"/saved/{ID}")
@may(SUPERVISOR)
def change_saved(id_: int) -> ResponseReturnValue:
    said = given(body(ReplyChange))
    wanted = {name: value for name, value in said.items() if value is not None or name == "team"}
    return saved.change(identity.actor(), id_, wanted)


@bp.delete(f"/saved/{ID}")
@may(SUPERVISOR)
def remove_saved(id_: int) -> ResponseReturnValue:
    saved.remove(identity.actor(), id_)
    return "", 204


@bp.get(f"/saved/{ID}/file")
@may(SIGNED_IN, quietly=True)
def show_file(id_: int) -> ResponseReturnValue:
    return answered(saved_files.shown(identity.actor(), id_))


@bp.post(f"/saved/{ID}/file")
@may(SUPERVISOR)
def put_file(id_: int) -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None:
        raise Invalid("file: a file is expected in a form", field="file")
    stream = cast(BinaryIO, file.stream)
    return saved_files.upload(identity.actor(), id_, stream, printable(file.filename or ""))


@bp.delete(f"/saved/{ID}/file")
@may(SUPERVISOR)
def remove_file(id_: int) -> ResponseReturnValue:
    return saved_files.remove(identity.actor(), id_)


@bp.get("/conversations/<cid:cid>/saved")
@may(SIGNED_IN)
def offered(cid: str) -> ResponseReturnValue:
    """What may be said here, filled in."""
    return saved.offered(identity.actor(), cid)


@bp.post(f"/conversations/<cid:cid>/saved/{ID}/file")
@may(SIGNED_IN)
def attach(cid: str, id_: int) -> ResponseReturnValue:
    return {"file": saved_files.attach(identity.actor(), cid, id_)}, 201


# --- macros --------------------------------------------------------------------------------------------------------


@bp.get("/macros")
@may(SIGNED_IN)
def all_macros() -> ResponseReturnValue:
    return macros.listing(identity.actor())


@bp.post("/macros")
@may(SUPERVISOR)
def make_macro() -> ResponseReturnValue:
    return macros.make(identity.actor(), {"name": "", "steps": []} | _wanted(body(MacroChange))), 201


@bp.patch(f"/macros/{ID}")
@may(SUPERVISOR)
def change_macro(id_: int) -> ResponseReturnValue:
    return macros.change(identity.actor(), id_, _wanted(body(MacroChange)))


@bp.delete(f"/macros/{ID}")
@may(SUPERVISOR)
def remove_macro(id_: int) -> ResponseReturnValue:
    macros.remove(identity.actor(), id_)
    return "", 204


@bp.post(f"/conversations/<cid:cid>/macros/{ID}")
@may(SIGNED_IN)
def run(cid: str, id_: int) -> ResponseReturnValue:
    said = body(Running)
    return macros.run(identity.actor(), cid, id_, said.client_id, macros.View(said.seen, said.over, said.force))


def _wanted(said: MacroChange) -> dict[str, Any]:
    return {name: value for name, value in given(said).items() if value is not None or name == "team"}
