"""Files that contacts send, with a provider of files on this machine."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from concurrent.futures import wait
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select

from roms import clock, jobs
from roms.channels import ADAPTERS
from roms.channels.base import Account, Download
from roms.channels.items import Identity, Incoming
from roms.db import db, table, writing
from roms.models import Attachment, FileState, Message
from roms.services import files, inbox, intake
from roms.services.actors import Actor
from tests.cast import Cast, conversation, messages
from tests.elsewhere import Elsewhere

PHONE = "6281234567890"
CANARY = {"Authorization": "Bearer canary"}

_ids = itertools.count(1)


def provides(monkeypatch: pytest.MonkeyPatch, there: Elsewhere, kind: str = "whapi") -> None:
    """Have this channel's files lie with this server, and nowhere else."""

    def media(account: Account, client: httpx.Client, ref: Mapping[str, Any]) -> Download:
        return Download(str(ref["url"]), CANARY, (there.origin,))

    monkeypatch.setitem(ADAPTERS, kind, replace(ADAPTERS[kind], media=media))  # type: ignore[index]


def arrives(cast: Cast, url: str, kind: str = "image", name: str = "", text: str = "") -> str:
    """A contact sends a file: its public id."""
    media = {"url": url, "mime_type": "image/jpeg", "file": files.new_id(), **({"name": name} if name else {})}
    incoming = Incoming(
        f"{PHONE}@s.whatsapp.net",
        text or f"[{kind}]",
        kind,
        provider_id=f"file-{next(_ids)}",
        identities=(Identity("phone", f"+{PHONE}"),),
        extra={"media": media} | ({"caption": text} if text else {}),
    )
    intake.receive(cast.whapi, incoming)
    said = [each for each in messages(PHONE) if each.kind == kind][-1]
    known = db.session.scalars(select(Attachment).filter_by(conversation_id=said.conversation_id, seq=said.seq)).first()
    if known is None:
        _wait_for(said, media, name)
    return known.public_id if known else str(media["file"])


def _wait_for(said: Message, media: Mapping[str, Any], name: str) -> None:
    row = {"public_id": media["file"], "channel_id": said.channel_id, "conversation_id": said.conversation_id}
    row |= {"seq": said.seq, "kind": said.kind, "name": name, "state": FileState.WAITING, "ref": dict(media)}
    with writing():
        db.session.execute(insert(table(Attachment)).values(**row, due_at=clock.now(), created_at=clock.now()))


def fetch() -> None:
    """Let the worker for files do what is due."""
    jobs.fetch_files()
    wait(jobs._fetching)
    jobs.fetch_files()
    wait(jobs._fetching)
    db.session.rollback()


def row(public_id: str) -> Attachment:
    db.session.rollback()
    found = select(Attachment).filter_by(public_id=public_id).execution_options(populate_existing=True)
    return db.session.scalars(found).one()


def content(actor: Actor, public_id: str) -> dict[str, Any]:
    """What a browser is told of this file."""
    entries = inbox.changes(actor, conversation(PHONE).public_id, 0)["entries"]
    return next(each["content"] for each in entries if (each.get("content") or {}).get("file") == public_id)
