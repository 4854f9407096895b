"""Who may knock at Whapi's webhook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from roms.channels import whapi
from roms.channels.base import Account, Knock
from roms.channels.failures import Forbidden

VECTORS = json.loads((Path(__file__).parent / "fixtures" / "whapi" / "authenticity.json").read_text())
OPEN = Account(1, "whapi")
GUARDED = Account(1, "whapi", {"secret": VECTORS["secret"]})


def let_in(account: Account, headers: dict[str, str], remote: str = "127.0.0.1") -> bool:
    lowered = {name.lower(): value for name, value in headers.items()}
    try:
        whapi.verify(account, Knock(body=b"", headers=lowered, remote=remote))
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("vector", VECTORS["vectors"])
def test_the_vectors_are_judged_as_written(vector: dict[str, object]) -> None:
    headers = vector["headers"]
    assert isinstance(headers, dict)
    assert let_in(GUARDED, headers, "203.0.113.9") is vector["valid"]


def test_a_configured_secret_is_asked_of_the_loopback_address_too() -> None:
    assert not let_in(GUARDED, {})


def test_a_strange_secret_is_refused_and_not_an_error() -> None:
    assert not let_in(GUARDED, {"X-Webhook-Secret": "rahasia-\u00fc-\ud800"})


def test_the_refusal_does_not_tell_the_secret() -> None:
    with pytest.raises(Forbidden) as refusal:
        whapi.verify(GUARDED, Knock(b"", {"x-webhook-secret": "wrong"}, "127.0.0.1"))
    assert VECTORS["secret"] not in str(refusal.value)


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_without_a_secret_this_machine_is_let_in(remote: str) -> None:
    assert let_in(OPEN, {"Content-Type": "application/json", "Host": "127.0.0.1:5080"}, remote)


@pytest.mark.parametrize(
    "remote", ["203.0.113.9", "10.0.0.1", "::ffff:10.0.0.1", "localhost", "", "127.0.0.1, 8.8.8.8"]
)
def test_without_a_secret_no_other_machine_is_let_in(remote: str) -> None:
    assert not let_in(OPEN, {}, remote)


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP"]
)
def test_without_a_secret_nobody_behind_a_proxy_is_let_in(header: str) -> None:
    assert not let_in(OPEN, {header: "127.0.0.1"})


@pytest.mark.parametrize("header", ["Origin", "Sec-Fetch-Site"])
def test_without_a_secret_a_page_in_this_machines_browser_is_not_let_in(header: str) -> None:
    assert not let_in(OPEN, {header: "https://evil.example"})
