"""The pretended provider behaves like the real one, and badly when told to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import httpx
import pytest

from roms.channels import whapi
from roms.channels.base import Account
from roms.channels.fake import Box
from roms.channels.items import Echo, Incoming, Item, Receipt

BUDI = "6280000001001"
Kind = TypeVar("Kind", bound=Item)
BEARER = {"Authorization": "Bearer token-uji"}


class Ears:
    """Where webhooks arrive: what came, and how often it is refused before it is taken."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, dict[str, str], bytes]] = []
        self.refusals = 0
        self.when_heard: Callable[[bytes], object] = lambda _body: None  # before it is answered
        self.arrived = threading.Condition()
        ears = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with ears.arrived:
                    refused, ears.refusals = ears.refusals > 0, ears.refusals - 1
                    ears.heard += [] if refused else [(time.monotonic(), dict(self.headers), body)]
                    ears.arrived.notify_all()
                ears.when_heard(body)
                self.send_response(503 if refused else 204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhook/whapi"

    def items(self, number: int, kind: type[Kind]) -> list[Kind]:
        """So many of one kind: between them come others, such as the echo of what was sent."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self._of(kind)) >= number, 5), self.heard
            return self._of(kind)

    def _of(self, kind: type[Kind]) -> list[Kind]:
        account = Account(1, "whapi")
        parsed = [item for _, _, body in self.heard for item in whapi.parse(account, body)]
        return [item for item in parsed if isinstance(item, kind)]


@pytest.fixture
def ears() -> Iterator[Ears]:
    one = Ears()
    thread = threading.Thread(target=one.server.serve_forever, args=(0.02,))
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


@pytest.fixture
def fake(ears: Ears) -> Iterator[Box]:
    with Box(webhooks={"whapi": ears.url}) as box:
        box.secrets.whapi_headers = {"X-Webhook-Secret": "rahasia-uji"}
        yield box


@pytest.fixture
def client(fake: Box) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=fake.base_url, trust_env=False) as one:
        yield one


def send(client: httpx.Client, text: str = "halo", to: str = BUDI) -> httpx.Response:
    return client.post("/messages/text", json={"to": to, "body": text}, headers=BEARER)


def statuses(ears: Ears, number: int) -> list[str]:
    return [item.status for item in ears.items(number, Receipt)]


def test_what_a_phone_says_arrives_as_the_provider_would_bring_it(ears: Ears, client: httpx.Client) -> None:
    said = client.post("/_say", json={"from": BUDI, "name": "Budi", "text": "menu"}).json()
    [item] = ears.items(1, Incoming)
    assert (item.provider_id, item.text, item.name, item.phone) == (said["id"], "menu", "Budi", f"+{BUDI}")
    assert ears.heard[0][1]["X-Webhook-Secret"] == "rahasia-uji"


def test_a_message_is_answered_and_followed_by_its_statuses(ears: Ears, client: httpx.Client) -> None:
    answer = send(client)
    assert answer.status_code == 201
    assert answer.json()["message"]["chat_id"] == f"{BUDI}@s.whatsapp.net"
    assert statuses(ears, 2) == ["sent", "delivered"]


def test_what_was_sent_is_echoed_once(ears: Ears, client: httpx.Client) -> None:
    sent = send(client).json()["message"]["id"]
    statuses(ears, 2)
    assert [echo.provider_id for echo in ears.items(1, Echo)] == [sent]


def test_a_message_is_read_when_its_phone_is_opened(ears: Ears, client: httpx.Client) -> None:
    send(client)
    statuses(ears, 2)
    phone = client.post("/_look", json={"open": f"{BUDI}@s.whatsapp.net"}).json()["phones"][0]
    assert phone["chats"]["whapi"]["lines"][0]["status"] == "read"
    assert statuses(ears, 3) == ["sent", "delivered", "read"]


@pytest.mark.parametrize("early", [False, True])
def test_a_phone_opened_while_delivered_is_still_being_told_has_read_it(
    ears: Ears, client: httpx.Client, fake: Box, early: bool
) -> None:
    """A page may show "delivered" before the box has read the answer to that webhook."""
    fake.faults.dial(early_status=early, statuses=["sent", "delivered"])
    ears.when_heard = lambda body: b'"delivered"' in body and fake.look(BUDI)
    send(client)
    assert "read" in statuses(ears, 3 + early)
    ears.when_heard = lambda _body: None
    assert fake.settled("whapi")
    fake.look(BUDI)
    assert fake.settled("whapi")
    assert statuses(ears, 3 + early).count("read") == 1


def test_a_status_can_come_before_the_answer(ears: Ears, client: httpx.Client, fake: Box) -> None:
    fake.faults.dial(early_status=True, statuses=[])
    send(client)
    answered = time.monotonic()
    assert statuses(ears, 1) == ["delivered"]
    assert ears.heard[0][0] < answered


def test_statuses_come_in_the_order_that_was_dialled(ears: Ears, client: httpx.Client) -> None:
    client.post("/_faults", json={"statuses": ["read", "sent", "sent", "failed"]})
    send(client)
    assert statuses(ears, 4) == ["read", "sent", "sent", "failed"]


def test_a_webhook_is_repeated_until_it_is_taken(ears: Ears, client: httpx.Client, fake: Box) -> None:
    ears.refusals = 2
    fake.say(BUDI, "satu")
    fake.say(BUDI, "dua")
    assert [item.text for item in ears.items(2, Incoming)] == ["satu", "dua"]


def test_what_was_taken_is_listed_in_order_until_the_reset(client: httpx.Client, fake: Box) -> None:
    for text in ("satu", "dua"):
        send(client, text)
    taken = client.get("/_accepted").json()["accepted"]
    assert [(one["number"], one["text"]) for one in taken] == [(1, "satu"), (2, "dua")]
    assert taken[0]["at"] <= taken[1]["at"]
    assert fake.wait_accepted(2) == taken
    client.post("/_reset", json={})
    assert client.get("/_accepted").json() == {"accepted": []}


def test_a_fault_is_used_up_by_its_times_and_meant_for_its_recipient(client: httpx.Client, fake: Box) -> None:
    fake.faults.dial(status=503, times=2, to=BUDI)
    assert send(client, to="6280000001002").status_code == 201
    assert [send(client).status_code for _ in range(3)] == [503, 503, 201]


def test_a_fault_without_end_lasts_until_the_reset(client: httpx.Client) -> None:
    client.post("/_faults", json={"status": 429, "times": 0, "retry_after": "3"})
    answers = [send(client) for _ in range(4)]
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(429, "3")}
    client.post("/_reset", json={})
    assert send(client).status_code == 201


def test_a_delay_is_waited(client: httpx.Client, fake: Box) -> None:
    fake.faults.dial(delay_ms=150)
    began = time.monotonic()
    send(client)
    assert time.monotonic() - began >= 0.15


@pytest.mark.parametrize("dial", [{"wrong": 1}, {"status": "500"}, {"hang": 1}])
def test_a_fault_that_does_not_exist_is_refused(dial: dict[str, Any], client: httpx.Client) -> None:
    assert client.post("/_faults", json=dial).status_code == 400


def test_a_field_that_is_missing_is_named(client: httpx.Client) -> None:
    answer = client.post("/_send", json={"text": "halo"})
    assert (answer.status_code, "the field 'person' is missing" in answer.text) == (400, True)


@pytest.mark.parametrize("body", [{}, {"to": BUDI}, {"to": "x", "body": "y"}, {"to": f"{BUDI}@c.us", "body": "y"}, [1]])
def test_a_request_the_provider_would_refuse_is_refused(body: object, client: httpx.Client, fake: Box) -> None:
    answer = client.post("/messages/text", json=body, headers=BEARER)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)
    assert fake.accepted == []


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic abc"}])
def test_nobody_sends_without_a_token(headers: dict[str, str], client: httpx.Client, fake: Box) -> None:
    assert client.post("/messages/text", json={"to": BUDI, "body": "x"}, headers=headers).status_code == 401
    assert fake.accepted == []


def test_a_page_of_another_site_cannot_say_anything(client: httpx.Client) -> None:
    form = client.post("/_say", content=json.dumps({"from": BUDI, "text": "x"}), headers={"Content-Type": "text/plain"})
    assert form.status_code == 415


def test_the_page_is_served_under_a_strict_policy_with_nothing_inline(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert "<script>" not in page.text
    for name in ("page.js", "page.css", "words.js", "icon.svg"):
        assert name == "words.js" or f'"/{name}"' in page.text
        assert client.get(f"/{name}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/../page/page.js", "/../box.py", "/%2e%2e/box.py", "/box.py", "/..%2fserver.py", "//etc/passwd", "/page/"]
)
def test_nothing_but_the_page_is_served(path: str, fake: Box) -> None:
    with socket.create_connection(("127.0.0.1", fake.port)) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 404")


def test_an_answer_takes_no_nap(client: httpx.Client) -> None:
    times = []
    for _ in range(15):
        began = time.monotonic()
        send(client)
        times.append(time.monotonic() - began)
    assert sorted(times)[3] < 0.03  # with Nagle's algorithm and a delayed acknowledgement it is 0.044


def test_the_program_says_when_it_is_ready_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "roms.channels.fake", "--port"]
    with subprocess.Popen([*command, "0"], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        address = program.stdout.readline().split()[-1]
        assert httpx.get(f"{address}/health", trust_env=False).json()["status"]["text"] == "AUTH"
        second = subprocess.run([*command, address.rpartition(":")[2]], capture_output=True, text=True, timeout=10)
        assert (second.returncode, "cannot be used" in second.stderr) == (2, True)
        program.send_signal(signal.SIGTERM)
        assert program.wait(5) == 0


def test_the_shops_order_system_knows_a_few_orders_and_takes_more(client: httpx.Client, fake: Box) -> None:
    where = "/_shop/api/orders"
    statuses = [client.get(f"{where}/ORD-1234{digit}").json()["status"] for digit in (5, 6, 7, 8)]
    assert statuses == ["sent", "paid", "done", "new"]
    assert client.get(f"{where}/ORD-99999").status_code == 404
    order = {"item": "Kopi", "quantity": 2, "total": 156000, "address": "Jl. Dago 12"}
    made = client.post(where, json=order)
    assert (made.status_code, made.json()["order"]) == (201, "ORD-20001")
    assert client.get(f"{where}/ORD-20001").json()["address"] == "Jl. Dago 12"
    for wrong in ([], {}, {**order, "quantity": 0}, {**order, "quantity": "2"}, {**order, "total": None}):
        assert client.post(where, json=wrong).status_code == 400
    fake.reset()
    assert client.get(f"{where}/ORD-20001").status_code == 404
