"""The only reader of the time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC. Tests replace this function."""
    return datetime.now(UTC)
