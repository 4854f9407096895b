"""A file that we sent by its address: the box fetches it as a provider would, but only from this very machine."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from roms.channels.fake.courier import is_here
from roms.channels.fake.model import File, Taken

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

MOST, SECONDS = 100 << 20, 10.0
_OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def begin(box: Box, taken: Taken) -> None:
    """Fetch what this message links to, beside everything else; what cannot be had becomes a failed status."""
    link = str(taken.draft.shown.get("link") or "")
    if link and is_here(link):
        threading.Thread(target=_fetch, args=(box, taken, link), name="box-fetch", daemon=True).start()


def fetch(link: str) -> File | None:
    """The file at an address, None when it cannot be had."""
    try:
        with _OPEN(link, timeout=SECONDS) as answer:
            return File(answer.headers.get_content_type(), answer.read(MOST))
    except (OSError, ValueError, http.client.HTTPException, urllib.error.URLError):
        return None


def _fetch(box: Box, taken: Taken, link: str) -> None:
    file = fetch(link)
    line = box.phones.line(taken.id)
    if file and line:
        box.phones.keep(taken.id, file)
        line.shown |= {"type": file.type}
        box.phones.touched()
    elif code := _code(taken):
        box.tell(taken, "failed", code)


def _code(taken: Taken) -> int:
    from roms.channels.fake.dialects import DIALECTS

    return DIALECTS[taken.draft.account].refuses.get("file", 0)
