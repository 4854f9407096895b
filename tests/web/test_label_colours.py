"""Every colour of a label can be read, by day and by night: 4.5 to 1 between words and ground (WCAG 1.4.3)."""

from __future__ import annotations

import re

import pytest

from roms.config import ROOT
from roms.services.labels import PALETTE
from roms.web import i18n

SHEET = (ROOT / "roms/web/static/inbox/labels.css").read_text()
PAIR = r"--label-(back|ink): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)"


def light(colour: str) -> float:
    """Relative luminance, as WCAG reckons it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colour", PALETTE)
def test_a_label_can_be_read_in_light_and_dark(colour: str) -> None:
    selector = "[data-colour]" if colour == "grey" else f'[data-colour="{colour}"]'
    (line,) = [each for each in SHEET.splitlines() if each.strip().startswith(f"{selector} {{")]
    found = {name: (by_day, by_night) for name, by_day, by_night in re.findall(PAIR, line)}
    for ground, words in zip(found["back"], found["ink"], strict=True):
        assert contrast(ground, words) >= 4.5


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_colour_and_every_step_has_a_name(lang: str) -> None:
    from roms.services.macros import STEPS

    texts = i18n.texts(lang, "words")
    assert {f"colour_{each}" for each in PALETTE} | {f"step_{each}" for each in STEPS} <= texts.keys()
    assert {f"macro_step_{each}" for each in STEPS} <= texts.keys() & i18n.texts(lang, "inbox").keys()


def test_both_languages_say_the_same_things() -> None:
    assert i18n.texts("id", "words").keys() == i18n.texts("en", "words").keys()
