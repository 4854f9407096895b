"""A conversation that happened, as a flow test: for the command line and for the inbox."""

from __future__ import annotations

from roms.engine.transcript import transcript
from roms.engine.types import JSON
from roms.errors import NotAllowed
from roms.services import access, publishing, recalling
from roms.services.actors import Actor

FOLDER = "tests"  # beside the flows


def as_test(conversation: str) -> str:
    """YAML that passes on the newest release. Raises NotFound."""
    record = recalling.one(recalling.id_of(conversation))
    return transcript(publishing.newest(), record, f"conversation {conversation} goes as it went")


def file_name(conversation: str) -> str:
    return f"recorded-{conversation}.yaml"


def for_admin(actor: Actor, cid: str) -> JSON:
    """The same with the file it belongs into. Raises NotAllowed for everybody but admins, and NotFound."""
    if not actor.is_admin:
        raise NotAllowed("flow tests are for admins")
    access.check(actor, cid)
    return {"name": file_name(cid), "folder": f"flows/{FOLDER}", "yaml": as_test(cid)}
