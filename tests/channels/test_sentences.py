"""What a shop owner reads when a message fails: never a code, always what to do next, in both languages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from roms.channels import ADAPTERS, sentences
from roms.channels.failures import ERROR_CLASSES, Permanent, Throttled
from tests.channels.contract import FIXTURES

OFFICIAL = ("meta", "twilio")
OURS = {  # the classes of the providers' tables, as ours are called
    "permanent_needs_template": "needs_template",
    "retry_once_after_reupload": "permanent",
    "inbound_only": "fix_channel",
}
OPTED_OUT = ("131050", "21610")


def codes(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / kind / "errors.json").read_text())["codes"]
    return found


@pytest.mark.parametrize("kind", OFFICIAL)
def test_every_code_of_the_provider_has_its_class_and_its_sentence(kind: str) -> None:
    for line in codes(kind):
        code, wanted = str(line["code"]), OURS.get(line["class"], line["class"])
        entry = sentences.entry(kind, code)
        assert entry is not None, code
        assert entry["class"] == ("opted_out" if code in OPTED_OUT else wanted), code
        assert ADAPTERS[kind].errors[code] == entry["class"]


def all_sentences() -> list[dict[str, Any]]:
    tables = [json.loads((sentences.FOLDER / kind / "errors.json").read_text()) for kind in OFFICIAL]
    common = json.loads((sentences.FOLDER / "sentences.json").read_text())
    return [line for table in (*tables, common["classes"], common["codes"]) for line in table.values()]


def test_a_sentence_is_for_people_and_says_what_to_do_next() -> None:
    for line in all_sentences():
        for language in sentences.LANGUAGES:
            text = line[language]
            assert text.endswith("."), text
            assert 30 < len(text) < 200, text
            assert not any(letter in text for letter in "{}<>#_"), text
        assert line["id"] != line["en"]


def test_every_class_has_a_sentence_that_stands_in() -> None:
    for error_class in ERROR_CLASSES:
        assert set(sentences.sentence("meta", "999999", error_class)) == {"id", "en"}
        assert sentences.sentence("nobody", "1", error_class) == sentences.sentence("meta", "999999", error_class)
    unknown = sentences.sentence("meta", "unknown_outcome", "unknown_outcome")
    assert sentences.sentence("../etc", "x", "no such class") == unknown


def test_a_code_in_a_range_and_our_own_refusals_have_sentences() -> None:
    assert "izin" in sentences.sentence("meta", "250", "fix_channel")["id"]
    assert sentences.entry("meta", "300") is None
    assert sentences.entry("meta", "²") is None
    assert "terlalu panjang" in sentences.sentence("twilio", "too_long", "permanent")["id"]


def test_a_code_becomes_what_it_proves() -> None:
    slow = sentences.failure("meta", "131056", "slow")
    assert isinstance(slow, Throttled)
    assert slow.retry_after == 16.0
    assert type(sentences.failure("meta", "131026", "gone")) is Permanent
    assert sentences.failure("meta", "no such code", "x") is None
