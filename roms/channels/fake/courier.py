"""Brings webhooks to ROMS as the provider does: in order, again and again until there is a 2xx."""

from __future__ import annotations

import http.client
import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

Told = Callable[[bool], None]
TRIES = 6
FIRST_PAUSE = 0.2  # seconds; it doubles with every try


class Courier:
    """One thread that posts what it is given. Without an address it carries nothing."""

    def __init__(self, webhook: str, secret: str) -> None:
        self.webhook, self._secret = webhook, secret
        self._bag: queue.SimpleQueue[tuple[dict[str, Any], Told | None] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="fake-courier", daemon=True)
        # No proxy of the environment: this goes to the same machine.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def start(self) -> None:
        """Begin to carry."""
        self._thread.start()

    def stop(self) -> None:
        """Carry nothing more; what is not delivered yet is lost."""
        self._stopping.set()
        self._bag.put(None)
        self._thread.join(timeout=5)

    def later(self, document: dict[str, Any], told: Told | None = None) -> None:
        """Post it in its turn; `told` hears whether it was taken."""
        self._bag.put((document, told))

    def now(self, document: dict[str, Any]) -> bool:
        """Post it once, before anything else; whether it was taken."""
        headers = {"Content-Type": "application/json"} | ({"X-Webhook-Secret": self._secret} if self._secret else {})
        body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
        request = urllib.request.Request(self.webhook, body, headers, method="POST")
        try:
            with self._open(request, timeout=15) as answer:
                return 200 <= int(answer.status) < 300
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return False
        except (OSError, ValueError, http.client.HTTPException):
            return False

    def _carry(self) -> None:
        while (parcel := self._bag.get()) and not self._stopping.is_set():
            document, told = parcel
            taken = bool(self.webhook) and self._insist(document)
            if told:
                told(taken)

    def _insist(self, document: dict[str, Any]) -> bool:
        for attempt in range(TRIES):
            if attempt and self._stopping.wait(FIRST_PAUSE * 2**attempt / 2):
                return False
            if self.now(document):
                return True
        return False
