"""Who may knock at WAHA's webhook: whoever signed the raw body with our key, and nobody else."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from roms.channels import waha
from roms.channels.base import Account, Knock
from roms.channels.failures import Forbidden
from tests.channels.waha.contract import FIXTURES

SIGNED = json.loads((FIXTURES / "signatures.json").read_text())
KEY, BODY = "rahasia-hmac-uji-waha", b'{"event":"message"}'
RIGHT = hmac.new(KEY.encode(), BODY, hashlib.sha512).hexdigest()


def let_in(key: str, body: bytes, signature: str | None, algorithm: str | None = "sha512") -> bool:
    given = {"x-webhook-hmac": signature, "x-webhook-hmac-algorithm": algorithm}
    headers = {name: value for name, value in given.items() if value is not None}
    try:
        waha.verify(Account(1, "waha", {"hmac_key": key}), Knock(body, headers, "127.0.0.1"))
    except Forbidden as refusal:
        return KEY in str(refusal)  # a refusal that tells the key is as bad as none
    return True


@pytest.mark.parametrize("vector", SIGNED["vectors"], ids=lambda vector: vector["name"])
def test_the_vectors_are_judged_as_written(vector: dict[str, Any]) -> None:
    signed = vector["X-Webhook-Hmac"], vector["X-Webhook-Hmac-Algorithm"]
    assert let_in(vector["key"], vector["body"].encode(), *signed) is vector["valid"]
    assert not let_in(vector["key"] + "x", vector["body"].encode(), *signed)


@pytest.mark.parametrize("file", SIGNED["files_exact_bytes"], ids=lambda file: file["file"])
def test_a_body_is_verified_byte_by_byte(file: dict[str, str]) -> None:
    body = (FIXTURES / file["file"]).read_bytes()
    assert let_in(file["key"], body, file["X-Webhook-Hmac"])
    for place in (0, len(body) // 2, len(body) - 1):
        other = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert not let_in(file["key"], other, file["X-Webhook-Hmac"])


@pytest.mark.parametrize(
    ("signature", "algorithm"),
    [
        (None, "sha512"),
        ("", "sha512"),
        (RIGHT, None),
        (RIGHT, "sha256"),
        (RIGHT[:-1] + ("0" if RIGHT[-1] != "0" else "1"), "sha512"),
        (f"{RIGHT},{RIGHT}", "sha512"),
        (f" {RIGHT}", "sha512"),
        ("ü\ud800", "sha512"),
        (hmac.new(KEY.encode(), BODY, hashlib.sha256).hexdigest(), "sha512"),
    ],
)
def test_anything_but_the_signature_is_refused(signature: str | None, algorithm: str | None) -> None:
    assert let_in(KEY, BODY, RIGHT)
    assert not let_in(KEY, BODY, signature, algorithm)


def test_without_a_key_nobody_is_let_in_not_even_with_the_signature_of_an_empty_one() -> None:
    assert not let_in("", BODY, hmac.new(b"", BODY, hashlib.sha512).hexdigest())


def test_a_header_given_twice_is_refused() -> None:
    builder = EnvironBuilder(method="POST", data=BODY, headers=[("X-Webhook-Hmac", RIGHT), ("X-Webhook-Hmac", "0")])
    request = builder.get_request()
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert not let_in(KEY, BODY, headers["x-webhook-hmac"])
