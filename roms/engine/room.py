"""How much of a call's body may still be filled in: what grows too large is given up before it is made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

LARGEST_BODY = 64 * 1024  # characters


class TooLarge(Exception):
    """More would be sent than any call may send."""


@dataclass(slots=True)
class Room:
    """Shared by all parts of one body."""

    left: int = LARGEST_BODY

    def take(self, value: Any) -> Any:
        """The value, where there is room for it. Raises TooLarge."""
        self.left -= len(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        if self.left < 0:
            raise TooLarge
        return value
