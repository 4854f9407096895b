"""What Twilio is sent, kind by kind, as a form without its sender: BODIES is the table, a new kind is a line in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from roms.channels import whatsapp
from roms.channels.base import Parcel
from roms.channels.failures import Permanent
from roms.channels.reading import each, object_of, printable, text_of
from roms.channels.whatsapp import MEGABYTE, PHONE, USER_ID, contact_of, content_of, fitting, mime_of, place_of, words

Form = dict[str, str]
BODY, CAPTION = 1600, 1024
PREFIX = "whatsapp:"
MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
PLACE = {key: key for key in ("latitude", "longitude", "name", "address")}
FILES = {kind: (types, min(most, 16 * MEGABYTE)) for kind, (types, most) in whatsapp.FILES.items()}


def body_of(parcel: Parcel) -> Form:
    """The form to post. Raises Permanent for what Twilio cannot be sent."""
    if parcel.kind not in BODIES:
        raise Permanent(f"Twilio is sent no messages of the kind {parcel.kind}.", "cannot")
    return {"To": receiver(parcel.address), **BODIES[parcel.kind](parcel)}


def receiver(address: str) -> str:
    """As Twilio calls this person. Raises Permanent."""
    name = address.removeprefix(PREFIX)
    if USER_ID.fullmatch(name):
        return PREFIX + name[:2].upper() + name[2:]
    if phone := PHONE.fullmatch(name):
        return f"{PREFIX}+{phone[1]}"
    raise Permanent("The address is not one that Twilio knows.", "bad_address")


def _text(parcel: Parcel) -> Form:
    content = content_of(parcel)
    sid = text_of(content.get("content_sid"))
    if CONTENT_SID.fullmatch(sid):
        return {"ContentSid": sid, "ContentVariables": _json(object_of(content.get("content_variables")))}
    return _plain(parcel.text)


def _plain(text: str) -> Form:
    body = words(text, BODY)
    if not body:
        raise Permanent("A message without any words cannot be sent.", "empty")
    return {"Body": body}


def _file(parcel: Parcel) -> Form:
    """Twilio fetches files itself, so there must be an address that it can reach."""
    content = content_of(parcel)
    source = text_of(content.get("source"))
    link = parcel.link or (source if source.startswith("https://") else "")
    if not link:
        raise Permanent("The file of this message has no address that Twilio can reach.", "no_file")
    mime = mime_of(content.get("mime"))
    kind = fitting(parcel.kind, mime, _size(parcel, content), FILES) if mime else parcel.kind
    caption = words(content.get("caption"), CAPTION) if kind in ("image", "video", "document") else ""
    return {"MediaUrl": link, **({"Body": caption} if caption else {})}


def _size(parcel: Parcel, content: Mapping[str, Any]) -> int:
    size = content.get("size")
    return len(parcel.data) if parcel.data is not None else size if isinstance(size, int) else 0


def _location(parcel: Parcel) -> Form:
    place = place_of(content_of(parcel), PLACE)
    if place is None:
        raise Permanent("The place has no point on the map.", "cannot")
    named = [" ".join(printable(place[key]).split()) for key in ("name", "address") if key in place]
    point = f"{place['latitude']},{place['longitude']}"
    label = "|" + named[0].replace("|", " ") if named else ""
    return {"Body": "\n".join(named) or point, "PersistentAction": f"geo:{point}{label}"}


def _contact(parcel: Parcel) -> Form:
    """As words: a card would have to be a file at an address of ours."""
    name, phone, _ = contact_of(parcel)
    return _plain(f"{name}: {phone}" if phone and name != phone else parcel.text or name)


def _template(parcel: Parcel) -> Form:
    """By Twilio's id for it: names are not unique there, and an adapter remembers none."""
    content = content_of(parcel)
    sids = (text_of(content.get(key)) for key in ("provider_id", "content_sid", "name"))
    sid = next((sid for sid in sids if CONTENT_SID.fullmatch(sid)), "")
    if not sid:
        raise Permanent("The template has no ContentSid of Twilio.", "21655")
    return {"ContentSid": sid, "ContentVariables": _json(_variables(content.get("parameters")))}


def _variables(given: object) -> dict[str, str]:
    """All in one row, by number or by name; Twilio refuses line breaks in them."""
    values = given if isinstance(given, Mapping) else {"body": given}
    body = values.get("body")
    numbered = {str(number): value for number, value in enumerate(each(body), start=1)}
    found = dict(body) if isinstance(body, Mapping) else numbered
    header = object_of(values.get("header"))
    more = [header, *(object_of(button) for button in each(values.get("buttons")))]
    found |= {text_of(one["key"]): one.get("value", one.get("text")) for one in more if text_of(one.get("key"))}
    return {text_of(name): " ".join(printable(text_of(value)).split()) for name, value in found.items()}


def _json(variables: Mapping[str, Any]) -> str:
    return json.dumps(dict(variables), ensure_ascii=False, allow_nan=False)


BODIES: Mapping[str, Callable[[Parcel], Form]] = {
    "text": _text,
    "buttons": _text,
    **dict.fromkeys(("image", "video", "audio", "document", "sticker"), _file),
    "location": _location,
    "contact": _contact,
    "template": _template,
}
