"""What can go wrong with a provider, told by what it proves about the message."""

from __future__ import annotations

import re
from collections.abc import Mapping

from roms.errors import Problem

CODE = re.compile(r"[0-9]{1,8}|[a-z_]{1,40}")  # a number of theirs or a word of ours


class SendFailed(Exception):
    """A send that did not succeed: `code` is the provider's, the message says what happened."""

    error_class = "unknown_outcome"

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code

    @property
    def kind(self) -> str:
        """For the log: no word of the provider's, who may repeat what was said, to whom, and our token."""
        return f"{type(self).__name__} {self.code if CODE.fullmatch(self.code) else ''}".strip()


class Transient(SendFailed):
    """The provider surely did not take it and may take it later."""

    error_class = "retryable"


class Throttled(Transient):
    """Too fast; `retry_after` is in seconds."""

    def __init__(self, message: str, code: str = "", retry_after: float = 5.0) -> None:
        super().__init__(message, code)
        self.retry_after = retry_after


class Spaced(Throttled):
    """Too many to this one person; others may be written to."""


class Tomorrow(Throttled):
    """WhatsApp lets no more such messages through to this person today."""

    error_class = "retry_after_24h"

    def __init__(self, message: str, code: str = "", retry_after: float = 24 * 3600.0) -> None:
        super().__init__(message, code, retry_after)


class Permanent(SendFailed):
    """The provider will never take this message."""

    error_class = "permanent"


class NeedsTemplate(Permanent):
    """The customer service window is closed: only an approved template may be sent."""

    error_class = "needs_template"


class OptedOut(Permanent):
    """This person does not want such messages of ours."""

    error_class = "opted_out"


class ChannelBroken(SendFailed):
    """The account itself does not work (token, payment, not logged in): no message of this channel can go."""

    error_class = "fix_channel"


class Ambiguous(SendFailed):
    """No answer, or one that proves nothing: the message may have been sent."""


ERROR_CLASSES: Mapping[str, type[SendFailed]] = {
    kind.error_class: kind
    for kind in (Transient, Tomorrow, Permanent, NeedsTemplate, OptedOut, ChannelBroken, Ambiguous)
}


class Forbidden(Problem):
    """The webhook did not come from the provider."""

    status = 403
    code = "webhook_forbidden"


class BadPayload(Problem):
    """The webhook's body is not what this provider sends."""

    status = 400
    code = "bad_payload"
