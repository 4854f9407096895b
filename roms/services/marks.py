"""What a message of ours is called at a provider that hands such a name back: our id, which try
it was, and a part that nobody can guess.

The last part is why what another program sent from the same number, with a number of its own, is never taken for ours.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from roms.services import channels

LARGEST_ID = 2**63 - 1
MARK = re.compile(r"([0-9]{1,19})\.([0-9]{1,9})\.([0-9a-f]{22})")


def of(channel_id: int, message_id: int, attempt: int) -> str:
    """`17.1.` and 22 letters and digits: safe in addresses, and far below what providers take (Meta: 512)."""
    return f"{message_id}.{attempt}.{_tag(channel_id, message_id, attempt)}"


def read(channel_id: int, mark: str) -> tuple[int, int] | None:
    """The message's id, and which try it was; None for what is no mark of ours."""
    found = MARK.fullmatch(mark)
    if found is None or int(found[1]) > LARGEST_ID:
        return None
    named = int(found[1]), int(found[2])
    return named if hmac.compare_digest(found[3], _tag(channel_id, *named)) else None


def _tag(channel_id: int, message_id: int, attempt: int) -> str:
    said = f"roms mark {channel_id} {message_id} {attempt}".encode()
    return hmac.new(channels.config().secret_key.encode(), said, hashlib.sha256).hexdigest()[:22]
