"""Addresses of Meta's files: good for five minutes, and only with the token."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

SECONDS = 300


def link(box: Box, media_id: str) -> str:
    """Where the file of this id is, for five minutes."""
    until = int(box.now()) + SECONDS
    return f"{box.base_url}/meta/_attachments/?mid={media_id}&source=webhook&ext={until}&hash={_proof(media_id, until)}"


def is_good(box: Box, media_id: str, until: str, proof: str) -> bool:
    """Whether such an address was made by us and still lives."""
    if not until.isdigit() or not hmac.compare_digest(proof.encode(), _proof(media_id, int(until)).encode()):
        return False
    return box.now() <= int(until)


def _proof(media_id: str, until: int) -> str:
    return hmac.new(b"box", f"{media_id} {until}".encode(), hashlib.sha256).hexdigest()[:24]
