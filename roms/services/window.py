"""The time in which WhatsApp takes free text: 24 hours from the contact's last message, by the provider's clock.

Asked three times, because each is too early for the next: when an agent or the bot says something, and again at the
moment of sending. A channel whose provider knows no window (a gateway, the web chat) is open for ever.
"""

from __future__ import annotations

from datetime import datetime

from roms.errors import WindowClosed
from roms.models import Conversation
from roms.services.channels import Line

ALWAYS = ("template",)  # kinds that may be sent at any time


def until(line: Line, ends: datetime | None) -> datetime | None:
    """When free text ends on this channel, as browsers are told; None where it never does, or has not begun."""
    return ends if line.abilities.window else None


def is_open(line: Line, ends: datetime | None, at: datetime) -> bool:
    """Whether free text may be sent; never before the contact has written anything."""
    return line.abilities.window is None or (ends is not None and at < ends)


def takes(line: Line, kind: str, ends: datetime | None, at: datetime) -> bool:
    """Whether a message of this kind may be sent now."""
    return kind in ALWAYS or is_open(line, ends, at)


def require(conversation: Conversation, line: Line, kind: str, at: datetime) -> None:
    """Raises WindowClosed, with the moment it closed at, where this kind may not be sent any more."""
    ends = conversation.window_until
    if not takes(line, kind, ends, at):
        closed = ends.isoformat().replace("+00:00", "Z") if ends else None
        raise WindowClosed("the contact last wrote more than 24 hours ago: only a template may be sent", until=closed)
