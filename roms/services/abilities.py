"""What a channel can do, in the terms of whoever wants to send something on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from typing import Any

from roms.channels.base import Abilities
from roms.engine.types import JSON
from roms.errors import Invalid

LONGEST_PROMPT = 1024  # characters that WhatsApp shows above buttons or a list
WITHOUT_CAPTION = ("audio", "sticker")


def can(abilities: Abilities) -> JSON:
    """For the composer: what to offer, and how much of it."""
    return {
        "templates": abilities.templates,
        "reactions": abilities.reactions,
        "quotes": abilities.quotes,
        "files": {kind: {"types": list(types), "most": most} for kind, (types, most) in abilities.files.items()},
        "text": abilities.text,
        "caption": abilities.caption,
        "groups": abilities.groups,
        "window": abilities.window is not None,
    }


def shows_choices(abilities: Abilities, prompt: str, options: Sequence[Mapping[str, Any]]) -> bool:
    """Whether this many choices, called so, appear as buttons or as a list; else they are numbered in the text."""
    longest = max((len(str(option.get("label", ""))) for option in options), default=0)
    if not prompt or not options or len(prompt) > LONGEST_PROMPT:
        return False
    as_buttons = len(options) <= abilities.buttons and longest <= abilities.button_title
    return as_buttons or (len(options) <= abilities.list_rows and longest <= abilities.row_title)


def kind_of_file(abilities: Abilities, kind: str, type_: str, size: int) -> str:
    """As what this file is sent: its own kind, or a document where only that takes it. Raises Invalid."""
    for each in dict.fromkeys((kind, "document")):
        types, most = abilities.files.get(each, ((), 0))
        if size <= most and any(fnmatch(type_, pattern) for pattern in types):
            return each
    told = "; ".join(
        f"{each}: {', '.join(types)} up to {most // 1024} KB" for each, (types, most) in abilities.files.items()
    )
    raise Invalid(f"this channel takes {told or 'no files'}", field="file", possible=can(abilities)["files"])


def check_words(abilities: Abilities, text: str, file_kind: str = "") -> None:
    """Raises Invalid for a text, or the caption of a file, that the channel does not take."""
    if file_kind in WITHOUT_CAPTION and text:
        raise Invalid("this kind of file has no caption: send the words as a message of their own", field="text")
    most = abilities.caption if file_kind else abilities.text
    if len(text) > most:
        what = "a caption" if file_kind else "a message"
        raise Invalid(f"{what} has at most {most} characters here", field="text", most=most)
