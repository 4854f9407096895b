"""How a send ends: taken, surely not taken, or unknown; told by nothing but evidence."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from roms.channels import ADAPTERS, calling, whapi
from roms.channels.base import Account, Parcel
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled, Transient
from roms.channels.fake import Box

SENT = Path(__file__).parent / "fixtures" / "whapi" / "send"
PARCEL = Parcel(id=7, address="6280000001001@s.whatsapp.net", text="Silakan pilih:\n1. Harga\n2. Lokasi")


@pytest.fixture
def fake() -> Iterator[Box]:
    with Box() as box:
        yield box


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as one:
        yield one


@pytest.fixture
def account(fake: Box) -> Account:
    return Account(1, "whapi", {"base_url": fake.base_url, "token": "token-uji"})


def with_values(account: Account, **values: str) -> Account:
    return replace(account, values=account.values | values)


def outcome(account: Account, client: httpx.Client, parcel: Parcel = PARCEL) -> SendFailed:
    with pytest.raises(SendFailed) as failure:
        whapi.send(account, client, parcel)
    return failure.value


def test_a_message_is_taken_and_its_id_comes_back(fake: Box, client: httpx.Client, account: Account) -> None:
    provider_id = ADAPTERS["whapi"].send(account, client, PARCEL)
    assert [(taken["id"], taken["to"], taken["text"]) for taken in fake.accepted] == [
        (provider_id, PARCEL.address, PARCEL.text)
    ]


def test_the_request_is_the_one_the_provider_documents() -> None:
    seen: list[httpx.Request] = []

    def provider(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json=json.loads((SENT / "send_ok.response.json").read_text())["body"])

    account = Account(1, "whapi", {"base_url": "http://127.0.0.1:9/", "token": "token-uji"})
    wanted = json.loads((SENT / "menu_as_plain_text.request.json").read_text())
    with httpx.Client(transport=httpx.MockTransport(provider)) as client:
        parcel = Parcel(1, "6280000001001@c.us", wanted["body"]["body"])
        assert whapi.send(account, client, parcel) == "p.ak8gd8sXZhvFgg.cY8S-glxOq7YBfj"
    assert (seen[0].method, seen[0].url.path) == (wanted["method"], wanted["path"])
    assert seen[0].headers["authorization"] == "Bearer token-uji"
    assert json.loads(seen[0].content) == wanted["body"]
    assert (seen[0].extensions["timeout"]["connect"], seen[0].extensions["timeout"]["read"]) == (5.0, 15.0)


ANSWERS = {
    "error_400_bad_body": Permanent,
    "error_401_channel_not_authorised": ChannelBroken,
    "error_402_trial_limit": ChannelBroken,
    "error_403_forbidden": ChannelBroken,
    "error_404_not_found": Permanent,
    "error_413_too_large": Permanent,
    "error_429_too_many": Throttled,
    "error_500": Ambiguous,
}


def test_every_error_answer_we_know_of_has_its_line_in_the_table() -> None:
    assert {path.name.removesuffix(".response.json") for path in SENT.glob("error_*")} == set(ANSWERS)


@pytest.mark.parametrize(("name", "expected"), ANSWERS.items())
def test_an_error_answer_has_its_class_code_and_words(name: str, expected: type[SendFailed]) -> None:
    answer = json.loads((SENT / f"{name}.response.json").read_text())
    transport = httpx.MockTransport(lambda request: httpx.Response(answer["http_status"], json=answer["body"]))
    with httpx.Client(transport=transport) as client:
        failure = outcome(Account(1, "whapi", {"base_url": "http://127.0.0.1:9", "token": "token-uji"}), client)
    assert type(failure) is expected
    assert failure.code == str(answer["http_status"])
    assert answer["body"]["error"]["message"] in str(failure)


@pytest.mark.parametrize(
    ("fault", "expected", "taken"),
    [
        ({"status": 429}, Throttled, 0),
        ({"status": 500}, Ambiguous, 0),
        ({"status": 500, "before_accept": False}, Ambiguous, 1),
        ({"status": 502, "before_accept": False}, Ambiguous, 1),
        ({"status": 408}, Ambiguous, 0),
        ({"status": 301}, ChannelBroken, 0),
        ({"status": 200}, Ambiguous, 0),
        ({"hang": True}, Ambiguous, 0),
        ({"hang": True, "before_accept": False}, Ambiguous, 1),
        ({"cut": True}, Ambiguous, 0),
        ({"cut": True, "before_accept": False}, Ambiguous, 1),
        ({"cut": True, "cut_after": 110, "before_accept": False}, Ambiguous, 1),
    ],
)
def test_only_evidence_makes_a_send_failed(
    fault: dict[str, object],
    expected: type[SendFailed],
    taken: int,
    fake: Box,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "TIMEOUT", httpx.Timeout(0.3))
    fake.faults.dial(**fault)
    with httpx.Client(trust_env=False) as client:
        assert type(outcome(account, client)) is expected
    assert len(fake.accepted) == taken


def test_a_refused_connection_was_surely_not_taken(fake: Box, client: httpx.Client, account: Account) -> None:
    whapi.send(account, client, PARCEL)
    fake.stop()
    with httpx.Client(trust_env=False) as fresh:
        assert type(outcome(account, fresh)) is Transient


def test_a_name_without_address_was_surely_not_taken(client: httpx.Client, account: Account) -> None:
    assert type(outcome(with_values(account, base_url="http://nowhere.invalid"), client)) is Transient


def test_a_server_that_does_not_speak_tls_was_surely_not_given_it(fake: Box, client: httpx.Client) -> None:
    account = Account(1, "whapi", {"base_url": fake.base_url.replace("http:", "https:"), "token": "token-uji"})
    assert type(outcome(account, client)) is Transient


def test_an_answer_that_is_not_http_proves_nothing(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, httpx.Client(trust_env=False) as caller:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"hello there\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        account = Account(1, "whapi", {"base_url": f"http://127.0.0.1:{server.getsockname()[1]}", "token": "token-uji"})
        assert type(outcome(account, caller)) is Ambiguous
        thread.join()


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("7", 7.0), ("0", 1.0), ("999999", 3600.0), ("soon", 5.0), ("", 5.0), ("-3", 5.0), ("1" * 400, 5.0)],
)
def test_too_fast_says_how_long_to_wait(
    retry_after: str, seconds: float, fake: Box, client: httpx.Client, account: Account
) -> None:
    fake.faults.dial(status=429, retry_after=retry_after)
    failure = outcome(account, client)
    assert isinstance(failure, Throttled)
    assert failure.retry_after == seconds


def test_a_date_to_wait_for_is_understood_beside_the_answers_own_date() -> None:
    dates = {"date": "Sat, 21 Nov 2026 02:00:00 GMT", "retry-after": "Sat, 21 Nov 2026 02:00:30 GMT"}
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(429, headers=dates))) as client:
        failure = outcome(Account(1, "whapi", {"base_url": "http://127.0.0.1:9", "token": "token-uji"}), client)
    assert isinstance(failure, Throttled)
    assert failure.retry_after == 30.0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(201, json={"sent": False}), Permanent),
        (httpx.Response(201, json={"sent": True}), Ambiguous),
        (httpx.Response(200, text="<html>please log in</html>"), Ambiguous),
        (httpx.Response(200, content=b"[" * 50_000), Ambiguous),
        (httpx.Response(201, json={"sent": True, "message": {"id": ["x"]}}), Ambiguous),
    ],
)
def test_an_answer_without_an_id_is_no_success(answer: httpx.Response, expected: type[SendFailed]) -> None:
    with httpx.Client(transport=httpx.MockTransport(lambda _: answer)) as client:
        account = Account(1, "whapi", {"base_url": "http://127.0.0.1:9", "token": "token-uji"})
        assert type(outcome(account, client)) is expected


@pytest.mark.parametrize(
    "change",
    [
        {"token": ""},
        {"token": "a\nb"},
        {"token": "kunci-ü"},
        {"base_url": ""},
        {"base_url": "ftp://x"},
        {"base_url": "x y"},
    ],
)
def test_an_account_that_cannot_work_breaks_its_channel_and_sends_nothing(
    change: dict[str, str], fake: Box, client: httpx.Client, account: Account
) -> None:
    assert type(outcome(with_values(account, **change), client)) is ChannelBroken
    assert fake.accepted == []


@pytest.mark.parametrize("change", [{"address": "nobody"}, {"address": ""}, {"kind": "hologram"}])
def test_a_parcel_that_can_never_go_is_refused_for_good(
    change: dict[str, str], client: httpx.Client, account: Account
) -> None:
    assert type(outcome(account, client, replace(PARCEL, **change))) is Permanent


def test_text_that_no_encoder_takes_is_sent_without_what_is_broken(
    fake: Box, client: httpx.Client, account: Account
) -> None:
    whapi.send(account, client, replace(PARCEL, text="a\ud800b\x00 😀"))
    assert fake.accepted[0]["text"] == "a?b 😀"


def test_the_token_is_in_no_message_of_an_error(fake: Box, client: httpx.Client, account: Account) -> None:
    fake.faults.dial(status=401)
    assert account["token"] not in str(outcome(account, client))


def drip(listener: socket.socket) -> None:
    """Answer one request with a promise of much and then a byte at a time."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            try:
                connection.sendall(b" ")
            except OSError:
                return
            time.sleep(0.02)


def test_an_answer_that_drips_for_ever_is_given_up_as_unknown(
    client: httpx.Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "LONGEST_ANSWER", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        failure = outcome(with_values(account, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}"), client)
        thread.join()
    assert isinstance(failure, Ambiguous)
    assert failure.code == "endless_answer"
