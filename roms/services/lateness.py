"""Messages that we get hold of long after they were written: what is made of them, and what is told in the thread."""

from __future__ import annotations

from datetime import datetime, timedelta

from roms.channels.items import Incoming
from roms.engine.types import JSON, Mode
from roms.services import frames

ANSWERED_WITHIN = timedelta(hours=12)  # by the bot: an answer the next morning is one, a menu days later is none
REPLAYED_AFTER = timedelta(days=8)  # Meta repeats a webhook for 7 days; what is older nobody waits for


def is_replay(incoming: Incoming, at: datetime) -> bool:
    """Whether it was written so long ago that it is only shown: it moves nothing, so that a webhook which somebody kept
    and sends again does no harm. What has no id is told from a repeat by the moment it comes, and so is always new."""
    return bool(incoming.provider_id and incoming.at and at - incoming.at > REPLAYED_AFTER)


def is_old(incoming: Incoming, at: datetime) -> bool:
    """Whether the bot is not to answer it, for it is a replay, was set aside or fetched late, or has a later one."""
    if is_replay(incoming, at) or incoming.is_followed:
        return True
    return bool(incoming.via) and at - (_written(incoming) or at) > ANSWERED_WITHIN


def is_unheard(incoming: Incoming, mode: Mode, at: datetime) -> bool:
    """Whether neither bot nor lifecycle hears of it: people who handle the conversation are told of all but replays."""
    return is_replay(incoming, at) or (is_old(incoming, at) and mode is not Mode.AGENT)


def told(incoming: Incoming, mode: Mode, at: datetime) -> JSON:
    """What the thread says of it: when it was written, and why it comes only now. Nothing for what comes in time."""
    if not incoming.via and not is_replay(incoming, at):
        return {}
    how = {"via": incoming.via} if incoming.via else {}
    unheard = {"unheard": True} if is_unheard(incoming, mode, at) else {}
    return {"late": frames.moment(_written(incoming)), **how, **unheard}


def _written(incoming: Incoming) -> datetime | None:
    return incoming.at or incoming.came_at
