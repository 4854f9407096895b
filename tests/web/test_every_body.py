"""Every captured body of all four providers, with anything in any place, sealed and brought to the real address."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.mutated import ANYTHING, changed, places
from tests.web.conftest import Browser
from tests.web.invariants import check_nothing_half_stored
from tests.web.sealed import KINDS, bodies, seal, written

MANY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
ODD = ("\x00", "1e400", "²", "whatsapp:", "https://[", "a" * 300)
TEXTS = st.text(st.characters(codec=None)) | st.sampled_from(ODD)
HURTS = (
    *("\ud800", "a\x00b", "\udfff" * 3, "x" * 5000, "😀" * 700),
    *("../../etc/passwd", "=cmd|' /C calc'!A0", "\u202egpj.exe"),
)
BOMBS = (b"[" * 200_000, b'{"a":' * 100_000, b"&" * 100_000, b"a=" + b"%" * 100_000, b"&".join([b"a=1"] * 1001))


def knock(browser: Browser, kind: str, body: bytes) -> int:
    answer = browser.ask("POST", f"/webhook/{kind}", data=body, headers=seal(kind, body))
    return answer.status_code


@pytest.mark.parametrize("kind", KINDS)
def test_every_captured_body_is_taken(kind: str, browser: Browser) -> None:
    for name, document in bodies(kind).items():
        assert knock(browser, kind, written(kind, document)) == 200, name
    check_nothing_half_stored()


@pytest.mark.parametrize("kind", KINDS)
def test_anything_in_any_place_is_taken_or_refused_and_leaves_nothing_half_stored(kind: str, browser: Browser) -> None:
    captured = bodies(kind)
    values = ANYTHING if kind != "twilio" else TEXTS | st.lists(TEXTS, max_size=3)

    @MANY
    @given(st.data())
    def once(data: st.DataObject) -> None:
        document = captured[data.draw(st.sampled_from(sorted(captured)))]
        for _ in range(data.draw(st.integers(1, 3))):
            path = data.draw(st.sampled_from([place for place in places(document) if place or kind != "twilio"]))
            document = changed(document, path, data.draw(values))
            if not isinstance(document, dict | list) or not document:
                break
        status = knock(browser, kind, written(kind, document))
        assert status in (200, 400), (status, document)

    once()
    check_nothing_half_stored()


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_that_hurts_is_taken_wherever_it_stands(kind: str, browser: Browser) -> None:
    for name, document in bodies(kind).items():
        for path in places(document):
            if isinstance(_at(document, path), str):
                hurt = HURTS[len(repr(path)) % len(HURTS)]
                status = knock(browser, kind, written(kind, changed(document, path, hurt)))
                assert status == 200, (name, path, hurt[:20])
    check_nothing_half_stored()


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_in_bytes_that_are_no_text_is_taken_or_refused(kind: str, browser: Browser, app: Flask) -> None:
    whole = [written(kind, document) for document in bodies(kind).values()]

    @settings(parent=MANY, max_examples=60)
    @given(st.sampled_from(whole), st.integers(0, 2000), st.binary(max_size=6))
    def once(body: bytes, place: int, other: bytes) -> None:
        assert knock(browser, kind, body[:place] + other + body[place + len(other) :]) in (200, 400)

    once()
    for body in (
        b"",
        b"\x00",
        b"\xff\xfe{}",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"&" * 100_000,
        b"a=" + b"%" * 100_000,
    ):
        assert knock(browser, kind, body) in (200, 400), body[:20]
    check_nothing_half_stored()


def test_bad_neighbours_never_cost_a_good_message(browser: Browser) -> None:
    good = {"id": "ok", "type": "text", "from": "6280000001001", "timestamp": "1795226400", "text": {"body": "halo"}}
    captured = bodies("meta")["text.json"]
    place = ("entry", 0, "changes", 0, "value", "messages")

    @settings(parent=MANY, max_examples=40)
    @given(st.lists(ANYTHING, max_size=4), st.lists(ANYTHING, max_size=4), st.integers(0, 10**9))
    def once(before: list[Any], after: list[Any], number: int) -> None:
        document = changed(captured, place, [*before, good | {"id": f"ok-{number}"}, *after])
        body = json.dumps(document).encode()
        answer = browser.ask("POST", "/webhook/meta", data=body, headers=seal("meta", body))
        told = answer.get_json()
        assert answer.status_code == 200
        assert told["stored"] + told["repeated"] >= 1

    once()
    check_nothing_half_stored()
