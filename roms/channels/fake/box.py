"""The box itself: phones, faults, limits and couriers put together, and a server around them in threads."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any, Self

from roms.channels.fake import deeds, fetching, templates
from roms.channels.fake.courier import Courier
from roms.channels.fake.dialects import DIALECTS
from roms.channels.fake.faults import Fault, Faults
from roms.channels.fake.limits import Limits
from roms.channels.fake.linking import Gateway, Gateways
from roms.channels.fake.model import Doc, Draft, Person, Taken
from roms.channels.fake.orders import Orders
from roms.channels.fake.phones import Phones
from roms.channels.fake.secrets_of import Secrets
from roms.channels.fake.server import Server
from roms.channels.fake.waha import incoming as waha_news
from roms.channels.fake.whapi import incoming as whapi_news

USUAL_STATUSES = ("sent", "delivered")
ECHOES = {"waha": waha_news.echo, "whapi": whapi_news.echo}  # who is linked like a phone sees all that the number says


class Box:
    """Four providers for trials and tests: `with Box(web=…) as box:` or start() and stop().

    web: ROMS's own address; each dialect posts to <web>/webhook/<kind> unless `webhooks` says another address for it.
    statuses: False keeps silent after a send.
    """

    def __init__(
        self, web: str = "", port: int = 0, statuses: bool = True, webhooks: Mapping[str, str] | None = None
    ) -> None:
        self.phones, self.orders, self.limits = Phones(), Orders(), Limits()
        self.faults: Faults = Faults()
        self.templates, self.secrets = templates.Shelf(), Secrets()
        self.stopping = threading.Event()
        self._statuses = statuses
        addresses = {kind: f"{web.rstrip('/')}/webhook/{kind}" if web else "" for kind in DIALECTS}
        self.couriers = {
            kind: self._courier(kind, (webhooks or {}).get(kind, address)) for kind, address in addresses.items()
        }
        self.gateways = Gateways(self)
        self._server = Server(port, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="box", daemon=True)

    def _courier(self, kind: str, address: str) -> Courier:
        dialect = DIALECTS[kind]
        return Courier(
            address,
            lambda docs, url: dialect.seal(self, docs, url),
            lambda: self.faults.take(kind, "webhook"),
            dialect.batches,
        )

    @property
    def port(self) -> int:
        """The port it listens on, also when it was asked to choose one."""
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        """What Whapi's base address must be set to; the others' have /meta, /twilio and /waha behind it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """Everything taken, in order: number, provider, id, to, person, kind, text, content, quotes, at, path, body."""
        return self.phones.accepted

    @property
    def signals(self) -> list[dict[str, Any]]:
        """Read marks and typing, in order: provider, person, what."""
        return self.phones.signals

    def start(self) -> Self:
        """Listen."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Refuse from now on: connections kept alive are cut too."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._server.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for courier in self.couriers.values():
            courier.stop()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def reset(self) -> None:
        """Forget everything and behave."""
        for part in (self.faults.clear, self.phones.forget, self.orders.forget, self.limits.forget):
            part()
        self.gateways.forget()
        self.templates = templates.Shelf()

    def say(self, number: str, text: str, name: str = "", account: str = "whapi") -> str:
        """A person writes from this number; the id their message has at the provider."""
        return self.send(number, account=account, name=name, text=text)

    def send(self, person: str | Person, kind: str = "text", account: str = "whapi", **details: Any) -> str:
        """A person does something, of any kind that docs/box.md lists; its id at the provider. Raises ValueError."""
        return deeds.do(self, person, kind, account, details)

    def look(self, name: str, account: str = "") -> None:
        """Somebody opens this phone: what came to it has been read."""
        for taken in self.phones.look(name, account):
            self.tell(taken, "read")

    def wait_accepted(self, number: int, seconds: float = 10.0) -> list[dict[str, Any]]:
        """Everything taken, as soon as it is so much or the time is over."""
        return self.phones.wait_accepted(number, seconds)

    def settled(self, account: str, seconds: float = 10.0) -> bool:
        """Wait until this provider has posted all it had to; False: the time was over first."""
        return self.couriers[account].settled(seconds)

    def accept(self, draft: Draft, path: str) -> Taken:
        """Take a message of ours: from now on it stands on the phone."""
        ours = DIALECTS[draft.account].new_id(draft.person, True, "")
        return self.phones.accept(draft, ours, path)

    def follow(self, taken: Taken, fault: Fault) -> None:
        """Post the statuses of a message that was taken."""
        draft = taken.draft
        code = fault.failed or draft.refused
        if not self._statuses or not (draft.callback or self.couriers[draft.account].webhook):
            return self.phones.mark(taken.id, "failed" if code else "delivered")
        if code:
            return self._later(self.limits.refusal_seconds, taken, "failed", code)
        fetching.begin(self, taken)
        if draft.account in ECHOES:
            self.post(draft.account, ECHOES[draft.account](taken))
        for word in USUAL_STATUSES if fault.statuses is None else fault.statuses:
            self.tell(taken, word)
        return None

    def early(self, taken: Taken) -> None:
        """Post "delivered" at once, while the sender still waits for the answer to its request."""
        self.phones.mark(taken.id, "delivered")
        doc = DIALECTS[taken.draft.account].status(self, taken, "delivered", 0)
        if doc:
            self.couriers[taken.draft.account].now(doc)

    def tell(self, taken: Taken, word: str, code: int = 0) -> None:
        """Post the provider's word on a message of ours, which stands on the phone already: whoever hears that it
        was delivered may have the phone opened at once, and what is read by that must not be missed."""
        account = taken.draft.account
        self.phones.mark(taken.id, word)
        if doc := DIALECTS[account].status(self, taken, word, code):
            self.couriers[account].later(doc)

    def post(self, account: str, *docs: Doc) -> None:
        """Post whatever this provider tells of itself."""
        for doc in docs if self.couriers[account].webhook else ():
            self.couriers[account].later(doc)

    def gateway_news(self, gateway: Gateway) -> None:
        """Post what a gateway tells of itself."""
        told = whapi_news.gateway_news if gateway.kind == "whapi" else waha_news.gateway_news
        self.post(gateway.kind, *told(gateway))

    def close_window(self, name: str, account: str) -> None:
        """As if this person had last written more than 24 hours ago."""
        if person := self.phones.find(name):
            self.limits.close(account, person.key)

    def _later(self, seconds: float, taken: Taken, word: str, code: int) -> None:
        def tell() -> None:
            if not self.stopping.wait(seconds):
                self.tell(taken, word, code)

        threading.Thread(target=tell, name="box-later", daemon=True).start()

    def now(self) -> float:
        """The provider's clock, in UTC seconds."""
        return time.time()
