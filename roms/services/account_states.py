"""How our accounts at the providers are: what was told, what needs a person, what waited until they were well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select

from roms import clock, queue
from roms.channels import ADAPTERS
from roms.channels.base import Account
from roms.channels.failures import ChannelBroken, SendFailed
from roms.channels.items import AccountState
from roms.channels.reading import printable
from roms.db import after_commit, db, transaction
from roms.models import Channel, ChannelEvent
from roms.services import channels, parked

CALM = timedelta(minutes=3)  # an account linked like a phone reconnects by itself several times a day
PASSING = ("starting", "stopped", "failed")  # what may be over in a moment
ALARMING = ("needs_scan", "needs_person", "restricted")
LATE = timedelta(minutes=5)
RESTART = timedelta(seconds=30)  # what starting again may take until it is called failed once more
LOOK_EVERY = 60.0  # seconds
LONGEST_TEXT = 500

# What a state was concluded from, where the account itself did not tell it; kept in state_data under BY.
BY, SENDING, SILENCE = "by", "sending", "silence"


@transaction()
def told(channel_id: int, word: AccountState) -> None:
    """The provider says how an account is. What it repeats long afterwards is not believed: the account is asked."""
    row = locked(channel_id)
    if row is not None and word.at and clock.now() - word.at > LATE and channels.line(channel_id).can_be_asked:
        after_commit(lambda: queue.ask(queue.LOOK, channel_id))
    elif row is not None:
        if word.state == row.state == "needs_scan":
            remember(row, "new_code")
        _put(row, word)


@transaction()
def answered(channel_id: int, word: AccountState, by: str = "") -> None:
    """The same, because we asked. That it is connected does not mean that sending works."""
    row = locked(channel_id)
    if row is not None and not (word.state == "connected" and _by(row) == SENDING):
        _put(row, word, by)


def after_sends(channel_id: int, outcomes: Sequence[str | SendFailed]) -> None:
    """What became of messages tells how their account is, too."""
    state = channels.line(channel_id).state
    broken = next((each for each in outcomes if isinstance(each, ChannelBroken)), None)
    if broken is not None and state in ("unknown", "connected"):
        _sending_told(channel_id, AccountState("failed", broken.code, str(broken)))
    elif broken is None and state in ("unknown", "failed") and any(isinstance(each, str) for each in outcomes):
        _sending_told(channel_id, AccountState("connected"))


@transaction()
def _sending_told(channel_id: int, word: AccountState) -> None:
    row = locked(channel_id)
    if row is not None and (row.state in ("unknown", "connected") or _by(row)):
        _put(row, word, SENDING if word.state != "connected" else "")


def _put(row: Channel, word: AccountState, by: str = "") -> None:
    is_news = (word.state, by) != (row.state, _by(row))
    text = redacted(channels.line(row.id).account, word.text)
    row.state_code, row.state_text = printable(word.code)[:60], text
    row.state_data = {**word.data, **({BY: by} if by else {})} or None
    if not is_news:
        return
    row.state, row.state_at = word.state, clock.now()
    remember(row, word.state, code=row.state_code, text=text)
    channels.touch(row)
    if word.state == "connected":
        row.restarted_at = None
        revive(row.id)
    elif word.state == "failed" and not by:
        after_commit(lambda: queue.ask(queue.LOOK, row.id))  # it may be started again, once


def trouble(channel_id: int, code: str, text: str) -> None:
    """A message failed afterwards because of the account itself (within a transaction)."""
    row = locked(channel_id)
    if row is not None and (row.state in ("unknown", "connected") or _by(row)):
        _put(row, AccountState("failed", code, text), SENDING)


def revive(channel_id: int) -> None:
    """What was kept back is due at once, but for what is too old to be sent (within a transaction)."""
    parked.due_now(channel_id)
    after_commit(lambda: parked.give_up(channel_id))
    after_commit(lambda: queue.wake([channel_id]))


@transaction()
def may_restart(channel_id: int) -> bool:
    """Whether an account that failed is to be started again by us: once, until it was connected again."""
    row = locked(channel_id)
    if row is None or not row.is_enabled or row.state != "failed" or row.restarted_at or _by(row):
        return False
    row.restarted_at = clock.now()
    remember(row, "restarting")
    return True


def is_restarting(row: Channel) -> bool:
    """Whether an account that failed will be started again by us, or is at this moment."""
    if row.state != "failed" or _by(row) or not row.is_enabled:
        return False
    asked = row.restarted_at
    return asked is None or (row.state_at is not None and asked >= row.state_at and clock.now() - asked < RESTART)


def watched() -> list[int]:
    """Accounts that can be asked how they are."""
    asks = [kind for kind, adapter in ADAPTERS.items() if adapter.state or adapter.linking]
    return list(db.session.scalars(select(Channel.id).where(Channel.is_enabled, Channel.kind.in_(asks))))


# --- what a person must mend ---------------------------------------------------------------------------------------


def needs_attention(row: Channel, at: datetime | None = None) -> str:
    """What is wrong with it, "" for nothing: `sealed`, a state, or `token` (it may not send)."""
    if not row.is_enabled:
        return ""
    if channels.line(row.id).problem:
        return "sealed"
    if row.state in ALARMING:
        return row.state
    if row.state not in PASSING:
        return ""
    if _by(row) == SENDING:
        return "token"
    given_up = row.state == "failed" and row.restarted_at is not None and not _by(row)
    since = row.restarted_at if given_up and row.restarted_at else row.state_at
    lasts = (at or clock.now()) - (since or row.created_at)
    return row.state if lasts >= (RESTART if given_up else CALM) else ""


def warnings() -> list[dict[str, str]]:
    """What an operator should mend: a code, the channel's name, and words for whoever has none for the code."""
    found = []
    for row in db.session.scalars(select(Channel).order_by(Channel.id).execution_options(populate_existing=True)):
        wrong = needs_attention(row)
        if wrong and (wrong == "sealed" or _was_connected(row.id)):
            found.append({"code": f"channel_{wrong}", "name": row.name, "text": f"{row.name} needs attention: {wrong}"})
        if row.is_enabled and _is_open(channels.line(row.id)):
            text = f"The webhook of {row.name} has no secret: it is open to this machine only."
            found.append({"code": "webhook_open", "name": row.name, "text": text})
    return found


def _is_open(line: channels.Line) -> bool:
    signs = [field for field in line.adapter.fields if field.signs]
    is_optional = bool(signs) and not any(field.required for field in signs)
    return is_optional and not line.problem and not any(line.account[field.name] for field in signs)


def _was_connected(channel_id: int) -> bool:
    """One that never was is being set up; who does that sees it anyway."""
    once = ChannelEvent.channel_id == channel_id, ChannelEvent.event == "connected"
    return bool(db.session.scalar(select(exists().where(*once))))


# --- rows ----------------------------------------------------------------------------------------------------------


def locked(channel_id: int) -> Channel | None:
    """The row, afresh; whoever wants it next waits until we commit, but for those who only store messages of it."""
    wanted = select(Channel).filter_by(id=channel_id).with_for_update(key_share=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def remember(row: Channel, event: str, user_id: int | None = None, **data: Any) -> None:
    """Write down what happened to it, for the page of admins."""
    data = {name: value for name, value in data.items() if value}
    db.session.add(ChannelEvent(channel_id=row.id, event=event, data=data, user_id=user_id, at=clock.now()))


def redacted(account: Account, text: str) -> str:
    """Words of a provider without our secrets, should it repeat them."""
    for field in ADAPTERS[account.kind].fields:
        if field.secret and account[field.name]:
            text = text.replace(account[field.name], "•••")
    return printable(text)[:LONGEST_TEXT]


def _by(row: Channel) -> str:
    return str((row.state_data or {}).get(BY, ""))
