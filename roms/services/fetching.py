"""One file of theirs, from the provider into our storage. No transaction is open while anybody is waited for."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import func, select

from roms import clock
from roms.channels.base import Download
from roms.channels.failures import ChannelBroken, Permanent, SendFailed
from roms.db import db
from roms.engine.media import MEGABYTE
from roms.models import Attachment, Conversation
from roms.outside import download
from roms.services import channels, files, preparing
from roms.services.files import Claimed, NotStored, Outcome
from roms.services.pictures import TooManyPixels
from roms.storage import Unreachable

MOST: Mapping[str, int] = {  # bytes, as WhatsApp's own limits are; what is none of these is a document
    "image": 5 * MEGABYTE,
    "sticker": MEGABYTE,  # WhatsApp's are half as large, but gateways make others of them
    "audio": 16 * MEGABYTE,
    "voice": 16 * MEGABYTE,
    "video": 16 * MEGABYTE,
}
LARGEST = 100 * MEGABYTE
LONGEST = 180.0  # seconds for a file, the provider's and ours together
KEPT_BY_PROVIDER = {"meta": timedelta(days=7)}  # ids of files in webhooks are good for so long
BYTES_A_DAY = 2000 * MEGABYTE  # of one contact
RENEW = 15.0  # seconds between two signs of life
LOOK_AGAIN = 0.5


class Lost(Exception):
    """It is not ours any more, or we are to end."""


def fetched(claimed: Claimed, client: httpx.Client, must_end: Callable[[], bool]) -> Outcome:
    """Fetch, look, draw anew, store. Raises Lost when it is to be left to others."""
    if (hindered := _hindered(claimed)) is not None:
        return hindered
    source = _source(claimed, client)
    if isinstance(source, NotStored):
        return source
    with tempfile.TemporaryDirectory(prefix="roms-file-") as name:
        try:
            return _stored(claimed, source, Path(name), _sign_of_life(claimed, must_end))
        except download.NotFetched as error:
            return NotStored(error.code, is_final=error.is_final)
        except (TooManyPixels, Unreachable, OSError) as error:
            return preparing.failure(error)


def _hindered(claimed: Claimed) -> NotStored | None:
    """What is not even tried."""
    if claimed.attempts > len(files.PAUSES) + 1:
        return NotStored("broke_us", "whoever fetched it ended without a word, several times")
    age = KEPT_BY_PROVIDER.get(channels.line(claimed.channel_id).kind)
    if age is not None and clock.now() - claimed.created_at > age:
        return NotStored("expired", is_final=True)
    theirs = select(Conversation.contact_id).where(Conversation.id == claimed.conversation_id).scalar_subquery()
    of_today = select(func.count(), func.coalesce(func.sum(Attachment.size), 0)).where(
        Attachment.conversation_id.in_(select(Conversation.id).where(Conversation.contact_id == theirs)),
        Attachment.user_id.is_(None),
        Attachment.created_at > clock.now() - timedelta(days=1),
        Attachment.id < claimed.id,
    )
    most = channels.config().files_a_day
    count, size = db.session.execute(of_today).one()
    db.session.rollback()
    return NotStored("too_much", is_final=True) if count >= most or size >= BYTES_A_DAY else None


def _source(claimed: Claimed, client: httpx.Client) -> Download | NotStored:
    line = channels.line(claimed.channel_id)
    if line.adapter.media is None:
        return NotStored("no_way", is_final=True)
    try:
        return line.adapter.media(line.account, client, claimed.ref)
    except Permanent as error:
        return NotStored("host" if error.code == "foreign_host" else "gone", str(error), is_final=True)
    except ChannelBroken as error:
        return NotStored("channel", str(error))
    except SendFailed as error:
        return NotStored("provider", str(error))


def _stored(claimed: Claimed, source: Download, folder: Path, goes_on: Callable[[], None]) -> Outcome:
    raw = folder / "raw"
    most = MOST.get(claimed.kind, LARGEST)
    wanted = download.Wanted(source.url, source.headers, source.hosts, most, LONGEST)
    with raw.open("xb") as file:
        download.fetch(wanted, file, goes_on)
    ready = preparing.prepared(raw, folder, claimed.name)
    until = time.monotonic() + LONGEST
    while not files.announce(claimed, ready.stored.hash):
        if not files.keep(claimed) or time.monotonic() > until:
            raise Lost
        time.sleep(LOOK_AGAIN)
    preparing.put(ready)
    return ready.stored


def _sign_of_life(claimed: Claimed, must_end: Callable[[], bool]) -> Callable[[], None]:
    """To be called with every piece: renews the lease from time to time, and raises Lost when it is over."""
    renewed = time.monotonic()

    def goes_on() -> None:
        nonlocal renewed
        if must_end():
            raise Lost
        if time.monotonic() - renewed > RENEW:
            renewed = time.monotonic()
            if not files.keep(claimed):
                raise Lost

    return goes_on
