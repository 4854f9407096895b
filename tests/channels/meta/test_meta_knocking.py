"""Who may knock at Meta's webhook, and what Meta tells when it is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from roms.channels import meta
from roms.channels.base import Account, Knock
from roms.channels.failures import ChannelBroken, Forbidden, Permanent
from roms.channels.items import Template
from roms.channels.meta import looking
from tests.channels.contract import FIXTURES, Contract

SIGNATURES = json.loads((FIXTURES / "meta" / "signatures.json").read_text())
GREETING = json.loads((FIXTURES / "meta" / "verification_get.json").read_text())
SECRET = "rahasia-aplikasi-uji-meta"
ACCOUNT = Account(
    1,
    "meta",
    {
        "base_url": "https://graph.facebook.com",
        "version": "v23.0",
        "phone_number_id": "100000000000201",
        "business_id": "100000000000101",
        "token": "token-uji",
        "app_secret": SECRET,
        "verify_token": GREETING["configured_verify_token"],
    },
    "https://cs.contoh.example/webhook/meta/kunci",
)


def let_in(secret: str, body: bytes, header: str | None) -> bool:
    headers = {} if header is None else {"x-hub-signature-256": header}
    try:
        meta.verify(Account(1, "meta", {"app_secret": secret}), Knock(body, headers, "203.0.113.9"))
    except Forbidden:
        return False
    return True


def test_a_refusal_tells_neither_the_secret_nor_the_signature_it_wanted() -> None:
    with pytest.raises(Forbidden) as refusal:
        meta.verify(ACCOUNT, Knock(b"{}", {"x-hub-signature-256": "sha256=0"}, "203.0.113.9"))
    assert "sha256" not in repr(refusal.value)
    assert SECRET not in repr(refusal.value)


@pytest.mark.parametrize("vector", SIGNATURES["vectors"], ids=lambda vector: vector["name"])
def test_the_vectors_are_judged_as_written(vector: dict[str, Any]) -> None:
    assert let_in(vector["app_secret"], vector["body"].encode(), vector["header"]) is vector["valid"]


@pytest.mark.parametrize("vector", SIGNATURES["files_exact_bytes"], ids=lambda vector: vector["file"])
def test_a_file_is_let_in_byte_for_byte_and_only_so(vector: dict[str, Any]) -> None:
    body, header = (FIXTURES / "meta" / vector["file"]).read_bytes(), vector["header"]
    assert let_in(SECRET, body, header)
    for place in (0, len(body) // 2, len(body) - 1):
        assert not let_in(SECRET, body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :], header)
    for other in (None, "", f"{header},{header}", header.upper(), header[:-1], "sha256=", "sha256=é"):
        assert not let_in(SECRET, body, other)
    assert not let_in("", body, header)
    assert not let_in("", b"", "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    assert not let_in("rahasia akun lain", body, header)


def test_the_challenge_is_answered_to_whoever_knows_our_token() -> None:
    assert meta.challenge(ACCOUNT, GREETING["query"]) == GREETING["expect"]["body"]


@pytest.mark.parametrize("refused", GREETING["reject"], ids=lambda refused: refused["why"])
def test_the_challenge_is_refused_to_others(refused: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        meta.challenge(ACCOUNT, dict(parse_qsl(refused["raw_query"])))
    with pytest.raises(Forbidden):
        meta.challenge(Account(1, "meta"), GREETING["query"] | {"hub.verify_token": ""})


def asking(answer: Callable[[httpx.Request], httpx.Response]) -> tuple[httpx.Client, Contract]:
    contract = Contract("meta/openapi.meta.json", "meta/openapi.meta.more.json")
    return httpx.Client(transport=contract.guarding(answer)), contract


def answering(body: Any, status: int = 200) -> tuple[httpx.Client, Contract]:
    return asking(lambda _: httpx.Response(status, json=body))


def test_a_file_is_fetched_with_our_token_from_metas_own_hosts() -> None:
    told = json.loads((FIXTURES / "meta" / "send" / "media_info_ok.response.json").read_text())["body"]
    client, contract = answering(told)
    found = looking.media(ACCOUNT, client, {"id": "1000000000004001", "url": "https://evil.example/x"})
    assert (found.url, found.headers) == (told["url"], {"Authorization": "Bearer token-uji"})
    assert found.hosts == ("lookaside.fbsbx.com", "https://graph.facebook.com")
    assert contract.seen[0].url.params["phone_number_id"] == "100000000000201"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "https://x.lookaside.fbsbx.com/x",
        "https://[x",
        "",
    ],
)
def test_a_file_elsewhere_is_not_fetched(url: str) -> None:
    with pytest.raises(Permanent) as refusal:
        looking.media(ACCOUNT, answering({"url": url, "id": "1"})[0], {"id": "1"})
    assert refusal.value.code == "foreign_host"


@pytest.mark.parametrize("media_id", ["", "../me", "1/2", None, ["1"]])
def test_an_id_leads_nowhere_else(media_id: Any) -> None:
    client, contract = answering({})
    with pytest.raises(Permanent):
        looking.media(ACCOUNT, client, {"id": media_id})
    assert contract.seen == []


def test_a_pretended_meta_serves_its_files_itself() -> None:
    account = replace(ACCOUNT, values={**ACCOUNT.values, "base_url": "http://127.0.0.1:9999/meta"})
    contract = Contract("meta/openapi.meta.json", under="/meta")
    answer = {"url": "http://127.0.0.1:9999/files/1", "id": "1"}
    client = httpx.Client(transport=contract.guarding(lambda _: httpx.Response(200, json=answer)))
    assert "http://127.0.0.1:9999" in looking.media(account, client, {"id": "1"}).hosts


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ({"status": "CONNECTED", "quality_rating": "GREEN"}, "connected", ""),
        ({"quality_rating": "RED"}, "connected", ""),
        ({"status": "BANNED"}, "failed", "BANNED"),
        ({"status": "RATE_LIMITED"}, "restricted", "RATE_LIMITED"),
        ({"status": "UNVERIFIED"}, "needs_person", "UNVERIFIED"),
        ({"status": "NEW_WORD"}, "unknown", "NEW_WORD"),
        (
            {
                "status": "CONNECTED",
                "health_status": {
                    "can_send_message": "BLOCKED",
                    "entities": [{"errors": [{"error_code": 141006, "error_description": "pay"}]}],
                },
            },
            "restricted",
            "141006",
        ),
    ],
)
def test_how_the_number_is(answer: dict[str, Any], state: str, code: str) -> None:
    found = looking.state(ACCOUNT, answering(answer)[0])
    assert (found.state, found.code, found.account) == (state, code, "100000000000201")


def test_a_wrong_token_is_told_as_such() -> None:
    with pytest.raises(ChannelBroken) as failure:
        looking.state(ACCOUNT, answering({"error": {"message": "expired", "code": 190}}, 401)[0])
    assert failure.value.code == "190"


def test_templates_are_fetched_page_after_page_from_our_own_address() -> None:
    one = {"name": "a", "language": "id", "status": "APPROVED", "id": "1", "category": "UTILITY"}
    one |= {"quality_score": {"score": "GREEN"}, "components": [{"type": "BODY", "text": "Halo {{1}}"}]}
    two = {"name": "b", "language": "en", "status": "REJECTED", "rejected_reason": "ABUSIVE"}
    pages = {
        None: {"data": [one, "x"], "paging": {"cursors": {"after": "c1"}, "next": "https://evil.example/next"}},
        "c1": {"data": [two, {"name": "no language"}], "paging": {"cursors": {"after": "c2"}}},
    }
    client, contract = asking(lambda request: httpx.Response(200, json=pages[request.url.params.get("after")]))
    body = ({"type": "BODY", "text": "Halo {{1}}"},)
    assert looking.templates(ACCOUNT, client) == [
        Template("a", "id", "approved", "1", "utility", "green", body),
        Template("b", "en", "rejected", reason="ABUSIVE"),
    ]
    assert {request.url.host for request in contract.seen} == {"graph.facebook.com"}


def test_meta_is_told_our_own_webhook() -> None:
    client, contract = answering({"success": True})
    looking.setup(ACCOUNT, client)
    assert contract.seen[0].url.path == "/v23.0/100000000000101/subscribed_apps"
    told = {"override_callback_uri": ACCOUNT.webhook, "verify_token": GREETING["configured_verify_token"]}
    assert json.loads(contract.seen[0].content) == told
    with pytest.raises(ChannelBroken):
        looking.setup(replace(ACCOUNT, webhook="https://x.example/" + "x" * 200), client)
