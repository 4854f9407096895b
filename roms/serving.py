"""How gunicorn serves us: with its threads, and so that a caller who is slow to hang up costs nobody else anything."""

from __future__ import annotations

from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn 27.0.1 closes a connection it does not keep in the one thread that accepts all others, and waits there
    up to two seconds for the caller to close it too (util.close_graceful). Here whoever answered waits."""

    def handle(self, conn: Any) -> Any:
        """One request; what comes is gunicorn's: true to keep the connection, false to close it."""
        kept = super().handle(conn)
        if not kept:
            conn.close(graceful=True)
            conn.close = _is_closed
        return kept


def _is_closed(graceful: bool = False) -> None:
    """In place of a second farewell."""
