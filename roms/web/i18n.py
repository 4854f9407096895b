"""Texts of our own pages in the reader's language; the browser's modules read the same files."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

from flask import render_template, request

from roms.web import identity

FOLDER = Path(__file__).parent / "static" / "i18n"
LANGUAGES = ("id", "en")
PLACE = re.compile(r"\{(\w+)\}")


@functools.cache
def texts(lang: str, part: str) -> dict[str, str]:
    """One file of texts, read once; an absent one has none."""
    file = FOLDER / lang / f"{part}.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def t(lang: str, part: str, key: str, **params: Any) -> str:
    """The text with its {places} filled in; the key itself when nobody wrote one.

    Not str.format: a value may hold what a stranger wrote, and format reads attributes.
    """
    text = texts(lang, part).get(key, key)
    return PLACE.sub(lambda place: str(params.get(place[1], place[0])), text)


def error_text(lang: str, code: str, otherwise: str) -> str:
    """What a person is told about an error of this code."""
    return texts(lang, "errors").get(code) or otherwise


def language() -> str:
    """The signed-in person's own, else what the browser asks for, else Indonesian."""
    actor = identity.actor_if_any()
    return actor.language if actor and actor.language in LANGUAGES else preferred()


def preferred() -> str:
    """The first of our languages the browser asks for; Indonesian when it names none of them."""
    for part in request.headers.get("Accept-Language", "").lower().split(",")[:20]:
        name = part.split(";")[0].strip()
        code = "id" if name == "in" or name.startswith("in-") else name[:2]  # "in": how old devices spell Indonesian
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


def page(template: str, lang: str | None = None, part: str = "pages", **values: Any) -> str:
    """One of our pages, in the reader's language."""
    lang = lang or language()
    return render_template(template, language=lang, t=functools.partial(t, lang, part), **values)
