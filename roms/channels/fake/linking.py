"""The two accounts that are linked like a phone: a code to scan, anew every 20 seconds, six of them."""

from __future__ import annotations

import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

CODES = 6
FIRST_SECONDS, NEXT_SECONDS, START_SECONDS = 60.0, 20.0, 1.0
STATES = ("stopped", "starting", "scan", "passkey", "passkey_confirm", "working", "failed")
PAIRING = "ABCDEFGHJKLMNPQRSTVWXYZ123456789"


class Gateway:
    """One account: how it is, and what happens to it by itself. Linked at first."""

    def __init__(self, box: Box, kind: str) -> None:
        self._box, self.kind = box, kind
        self._changed = threading.Condition()
        self._life = 0  # whoever lives an older life ends
        self.forget()

    def forget(self) -> None:
        """Linked, as at first."""
        with self._changed:
            self._life += 1
            self.state, self.code, self.code_until, self.pairing = "working", "", 0.0, ""
            self.config: dict[str, Any] = {}
            self.past: list[tuple[str, float]] = [("working", time.time())]
            self.exists, self.began = True, time.time()
            self._changed.notify_all()

    @property
    def works(self) -> bool:
        """Whether messages can be sent."""
        return self.state == "working"

    def start(self) -> None:
        """Start; what is not linked shows codes to scan. What works already stays so."""
        if self.state not in ("working", "starting", "scan"):
            self._begin("scan")

    def restart(self) -> None:
        """Stop and start again; the link is kept where there was one."""
        linked = self.state == "working" or (self.state == "stopped" and ("working" in [one for one, _ in self.past]))
        self._set("stopped")
        self._begin("working" if linked else "scan")

    def logout(self) -> None:
        """Drop the link and start anew."""
        self.past.clear()
        self._begin("scan")

    def stop(self) -> None:
        """Stop; the link is kept."""
        with self._changed:
            self._life += 1
        self._set("stopped")

    def be(self, state: str) -> None:
        """The dial on the page, and the button that scans the code ("working"). Raises ValueError for no state."""
        if state not in STATES:
            raise ValueError(f"a gateway is {', '.join(STATES)}")
        with self._changed:
            self._life += 1
        if state in ("starting", "scan"):
            self._begin("scan")
        else:
            self._set(state)

    def pair(self) -> str:
        """A code to type into the phone in place of scanning."""
        letters = "".join(secrets.choice(PAIRING) for _ in range(8))
        self.pairing = f"{letters[:4]}-{letters[4:]}"
        self._box.phones.touched()
        return self.pairing

    def shown(self) -> dict[str, Any]:
        """For the page."""
        left = max(0, round(self.code_until - time.monotonic())) if self.state == "scan" else 0
        return {"state": self.state, "code": self.code, "pairing": self.pairing, "left": left}

    def _begin(self, then: str) -> None:
        with self._changed:
            self._life += 1
            life = self._life
        threading.Thread(target=self._live, args=(life, then), name=f"box-{self.kind}", daemon=True).start()

    def _live(self, life: int, then: str) -> None:
        if not self._set("starting", life) or not self._wait(life, START_SECONDS):
            return
        if then == "working":
            self._set("working", life)
            return
        for number in range(CODES):
            seconds = NEXT_SECONDS if number or self.kind == "whapi" else FIRST_SECONDS
            with self._changed:
                self.code, self.code_until = f"2@{secrets.token_urlsafe(24)}", time.monotonic() + seconds
            if not self._set("scan", life) or not self._wait(life, seconds):
                return
        self._set("failed", life)

    def _wait(self, life: int, seconds: float) -> bool:
        """Whether this life goes on after so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._life != life or self._box.stopping.is_set(), seconds)
            return self._life == life and not self._box.stopping.is_set()

    def _set(self, state: str, life: int = 0) -> bool:
        with self._changed:
            if life and self._life != life:
                return False
            self.state = state
            if state == "starting":
                self.began = time.time()
            if state != "scan":
                self.code = ""
            if state == "working":
                self.pairing = ""
            self.past = [*self.past[-5:], (state, time.time())]
            self._changed.notify_all()
        self._box.phones.touched()
        self._box.gateway_news(self)
        return True


class Gateways(dict[str, Gateway]):
    """Both of them, by kind."""

    def __init__(self, box: Box) -> None:
        super().__init__({kind: Gateway(box, kind) for kind in ("whapi", "waha")})

    def forget(self) -> None:
        """Both linked again."""
        for gateway in self.values():
            gateway.forget()
