"""Answers that are no words: a picture, a file, a place. None means: that was no answer to this question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Content = Mapping[str, Any]

FILES = frozenset(("image", "video", "audio", "voice", "document"))
KEPT = ("kind", "name", "caption", "id", "mime")
_NUMBER = r"([+-]?[0-9]{1,3}\.[0-9]{1,15})"
_BETWEEN = r"(?:\s*,\s*|\s+|%2C\s*|,\+|%2C\+)"
_PAIR = re.compile(rf"\(?\s*{_NUMBER}{_BETWEEN}{_NUMBER}\s*\)?")
_MAP = re.compile(
    r"(?:https?://\S*?(?:[?&](?:q|query|ll|sll|daddr|destination|center)=(?:loc:)?|@|#map=[0-9.]{1,6}/|/search/|/place/)"
    rf"|geo:){_NUMBER}(?:/|{_BETWEEN}){_NUMBER}",
    re.IGNORECASE,
)
_PINNED = re.compile(rf"!3d{_NUMBER}!4d{_NUMBER}")  # in a long link: the place itself, where `@` is only the middle


def image(_: str, content: Content | None) -> dict[str, Any] | None:
    """A picture, also one that was sent as a document so that it stays sharp."""
    if content is None:
        return None
    pictured = str(content.get("mime", "")).startswith("image/")
    is_image = content.get("kind") == "image" or (content.get("kind") == "document" and pictured)
    return _kept(content) if is_image else None


def file(_: str, content: Content | None) -> dict[str, Any] | None:
    """Anything that is a file: documents, pictures, videos, sound."""
    return _kept(content) if content is not None and content.get("kind") in FILES else None


def location(text: str, content: Content | None) -> dict[str, Any] | None:
    """A place that was shared, or pasted as a map's link or as `-6.2, 106.8`."""
    if content is not None and content.get("kind") == "location":
        return _place(content.get("latitude"), content.get("longitude"), content)
    if len(text) > 2000:
        return None
    if found := _PINNED.search(text) or _MAP.search(text) or _PAIR.fullmatch(text.strip()):
        return _place(float(found[1]), float(found[2]), {})
    return None


def _kept(content: Content) -> dict[str, Any]:
    return {key: content[key] for key in KEPT if content.get(key)}


def _place(latitude: object, longitude: object, named: Content) -> dict[str, Any] | None:
    numbers = [float(each) for each in (latitude, longitude) if type(each) in (int, float)]  # type: ignore[arg-type]
    if len(numbers) < 2 or not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
        return None
    words = {key: named[key] for key in ("name", "address") if isinstance(named.get(key), str)}
    return {"latitude": numbers[0], "longitude": numbers[1], **words}


READ: dict[str, Callable[[str, Content | None], Any]] = {"image": image, "file": file, "location": location}
