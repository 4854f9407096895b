"""Whapi.Cloud, both ways: what it posts to us, and what it takes."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING

from roms.channels.fake.model import Dialect, Doc, Letter, Person
from roms.channels.fake.whapi import account, incoming, listing, outgoing
from roms.channels.fake.whapi.words import address, refusal

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

LETTERS = f"{string.ascii_letters}{string.digits}._"


def _new_id(person: Person, ours: bool, group: str) -> str:
    """An id of the provider's look; those of our own messages begin with p.

    It is of the form that Whapi publishes (its OpenAPI, MessageID): groups of LETTERS with one hyphen between them.
    """
    first, second = ("".join(secrets.choice(LETTERS) for _ in range(count)) for count in (20, 8))
    return f"{'p.' if ours else ''}{first}-g{second}"


def _seal(box: Box, docs: Sequence[Doc], url: str) -> Letter:
    """Several of one kind are one list; nothing is signed, a header of our choosing is the proof."""
    body = dict(docs[0].body)
    for doc in docs[1:]:
        for key, value in doc.body.items():
            body[key] = [*body[key], *value] if isinstance(value, list) and key in body else value
    headers = {"Content-Type": "application/json", **box.secrets.whapi_headers}
    return Letter(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), headers)


DIALECT = Dialect(
    kind="whapi",
    title="Whapi.Cloud",
    base="",
    routes=(*outgoing.ROUTES, *account.ROUTES, *listing.ROUTES),
    new_id=_new_id,
    address=address,
    news=incoming.news,
    status=incoming.status,
    seal=_seal,
    error=refusal,
    batches=True,
)
