"""What is more than text, as flow tests write it: `bot: {image: …, caption: …}`, `customer: {location: …}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roms.engine.attachments import FILES
from roms.engine.effects import SendMessage
from roms.engine.events import MessageReceived
from roms.engine.media import KINDS, of_name
from roms.engine.types import JSON

USUAL_NAMES = {"image": "foto.jpg", "video": "video.mp4", "audio": "suara.ogg", "voice": "suara.ogg",
               "document": "berkas.pdf"}  # fmt: skip


def written(effect: SendMessage) -> str | JSON:
    """What the bot said, as a test expects it."""
    content = dict(effect.content or {})
    if effect.kind in KINDS:
        parts = {effect.kind: content.get("source", ""), "caption": content.get("caption")}
        if effect.kind == "document":
            parts["name"] = content.get("name")
        return {key: value for key, value in parts.items() if value is not None}
    if effect.kind in ("location", "contact"):
        return {effect.kind: content}
    if effect.kind == "template":
        return {"template": content, "text": effect.text}
    if effect.kind == "buttons":
        return {"buttons": [option.label for option in effect.options], "text": effect.prompt}
    return effect.text.strip()


def fits(effect: SendMessage, wanted: object) -> bool:
    """A text must be the same; of everything else what the test names must be so."""
    if isinstance(wanted, Mapping):
        return _within(wanted, written(effect))
    return effect.kind == "text" and effect.text.strip() == str(wanted).strip()


def _within(wanted: object, got: object) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(got, Mapping) and all(_within(value, got.get(key)) for key, value in wanted.items())
    if isinstance(wanted, str) and isinstance(got, str):
        return wanted.strip() == got.strip()
    return wanted == got


def heard(said: Mapping[str, Any]) -> MessageReceived:
    """What the contact sent, as a channel would bring it."""
    tap = str(said["tap"]) if "tap" in said else None
    kind = next((kind for kind in (*FILES, "location") if kind in said), "")
    if not kind:
        return MessageReceived(str(said.get("text", tap or "")), tap, said.get("kind", "text"))
    if kind == "location":
        place = {"kind": kind, **said["location"]}
        named = [str(place[key]) for key in ("name", "address") if place.get(key)]
        words = ", ".join(named or [str(place["latitude"]), str(place["longitude"])])
        return MessageReceived(f"[location] {words}", None, kind, place)
    name, caption = str(said[kind]), str(said.get("caption", ""))
    text = " ".join(part for part in (f"[{kind}]", name, caption) if part)
    parts = {"kind": kind, "name": name, "caption": caption, "id": "1", "mime": of_name(name)}
    return MessageReceived(text, None, kind, {key: value for key, value in parts.items() if value})
