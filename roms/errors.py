"""What a person may be told: a class says what (HTTP status and code), the message says it in words.

Anything that is not a Problem is a bug and stays a 500 with its traceback in the log.
"""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """Something a person did, or asked for, that cannot be. `data` is shown to programs beside the code."""

    status = 400
    code = "bad_request"

    def __init__(self, message: str = "", **data: Any) -> None:
        super().__init__(message or self.__doc__ or self.code)
        self.data = data


class NotSignedIn(Problem):
    """Please sign in."""

    status = 401
    code = "not_signed_in"


class NotAllowed(Problem):
    """You may not do this."""

    status = 403
    code = "not_allowed"


class ConfirmPassword(Problem):
    """Please give your password again: what you are about to do needs it."""

    status = 403
    code = "confirm_password"


class NotFound(Problem):
    """There is no such thing, or it is not yours to see."""

    status = 404
    code = "not_found"


class Conflict(Problem):
    """This cannot be done now; nothing has changed."""

    status = 409
    code = "conflict"


class OtherSecret(Conflict):
    """This is for another account of ours, whose secret is not the one it came with: save the new one there too."""


class ChannelUsed(Conflict):
    """This channel has conversations: it can be switched off, but not removed."""

    code = "channel_used"


class LastAdmin(Conflict):
    """This is the last admin: make somebody else an admin first."""

    code = "last_admin"


class TeamUsed(Conflict):
    """Flows or channels give conversations to this team; say that you are sure, or change them first."""

    code = "team_used"


class StaleView(Conflict):
    """Something happened since you looked; nothing was sent."""

    code = "stale_view"


class AlreadyTaken(Conflict):
    """A colleague was faster: this conversation is theirs now."""

    code = "already_taken"


class WindowClosed(Conflict):
    """The contact has not written for 24 hours: WhatsApp takes only an approved template now."""

    code = "window_closed"


class NotWanted(Conflict):
    """The contact asked not to be written to: advertising, and what nobody asked for, is not sent."""

    code = "opted_out"


class TooLarge(Problem):
    """That is larger than we take."""

    status = 413
    code = "too_large"


class Invalid(Problem):
    """Something in the request is not as it should be."""

    status = 422
    code = "invalid"


class TooMany(Problem):
    """Too many tries; please wait a little."""

    status = 429
    code = "too_many"


class NotReady(Problem):
    """A part of the system is not ready."""

    status = 503
    code = "not_ready"
