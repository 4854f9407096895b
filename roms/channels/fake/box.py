"""The box itself: phones, faults and courier put together, and a server around them in threads."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any, Self

from roms.channels.fake import shapes
from roms.channels.fake.courier import Courier
from roms.channels.fake.faults import Fault, Faults
from roms.channels.fake.orders import Orders
from roms.channels.fake.phones import Phones
from roms.channels.fake.server import Server

USUAL_STATUSES = ("sent", "delivered")


class FakeWhapi:
    """A provider for trials and tests: `with FakeWhapi(webhook=…) as fake:` or start() and stop()."""

    def __init__(self, webhook: str = "", port: int = 0, secret: str = "", statuses: bool = True) -> None:
        self.phones, self.faults, self.orders = Phones(), Faults(), Orders()
        self.courier = Courier(webhook, secret)
        self.stopping = threading.Event()
        self._statuses = statuses
        self._server = Server(port, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="fake", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on, also when it was asked to choose one."""
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        """What the channel's base address must be set to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """Everything taken, in order: number, id, to, text, at, path, body."""
        return self.phones.accepted

    def start(self) -> Self:
        """Listen, and carry webhooks."""
        self.courier.start()
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
        self.courier.stop()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def reset(self) -> None:
        """Forget everything and behave."""
        self.faults.clear()
        self.phones.forget()
        self.orders.forget()

    def say(self, number: str, text: str, name: str = "") -> str:
        """A person writes from this number; the id their message has at the provider."""
        line, name = self.phones.write(shapes.address_of(number), name, text)
        body = shapes.incoming(line.id, shapes.address_of(number), name, text, line.at)
        self.courier.later(
            shapes.envelope("messages", body),
            lambda taken: self.phones.mark(line.id, "arrived" if taken else "refused"),
        )
        return line.id

    def look(self, address: str) -> None:
        """Somebody opens this phone: what came to it has been read."""
        for line in self.phones.look(address):
            self._tell(line.id, address, "read")

    def wait_accepted(self, number: int, seconds: float = 10.0) -> list[dict[str, Any]]:
        """Everything taken, as soon as it is so much or the time is over."""
        return self.phones.wait_accepted(number, seconds)

    def follow(self, taken: dict[str, Any], fault: Fault) -> None:
        """Post the statuses of a message that was taken."""
        if self._statuses and self.courier.webhook:
            for word in USUAL_STATUSES if fault.statuses is None else fault.statuses:
                self._tell(taken["id"], taken["to"], word)
        else:
            self.phones.mark(taken["id"], "delivered")

    def early(self, taken: dict[str, Any]) -> None:
        """Post "delivered" at once, while the sender still waits for the answer to its request."""
        self.courier.now(shapes.envelope("statuses", shapes.status(taken["id"], taken["to"], "delivered", time.time())))

    def _tell(self, line_id: str, address: str, word: str) -> None:
        body = shapes.envelope("statuses", shapes.status(line_id, address, word, time.time()))
        self.courier.later(body, lambda taken: self.phones.mark(line_id, word))
