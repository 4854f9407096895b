"""What Twilio takes: messages as forms, and marks of reading and typing."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from roms.channels.fake import reading
from roms.channels.fake.courier import is_here
from roms.channels.fake.model import BUSINESS, Draft, Person, Refusal, Reply, Request, Route, Taken
from roms.channels.fake.people import USER_ID
from roms.channels.fake.secrets_of import ACCOUNT_SID, same
from roms.channels.fake.templates import HOLE
from roms.channels.fake.twilio import contents
from roms.channels.fake.twilio.words import refusal, wrong

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

SENDER = f"whatsapp:+{BUSINESS}"
PLACE = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)(?:\|(.*))?", re.DOTALL)


def allowed(box: Box, request: Request, account: str = ACCOUNT_SID) -> None:
    """Basic with our account's id and its token. Raises Refusal."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, word = base64.b64decode(given, validate=True).decode("utf-8", "replace").partition(":")
    except ValueError:
        user = word = ""
    good = scheme == "Basic" and user == ACCOUNT_SID and same(word, box.secrets.twilio_auth_token)
    if not good or account != ACCOUNT_SID:
        raise Refusal(refusal(0, 20003))


def send(box: Box, request: Request, parts: Sequence[str]) -> Draft:
    """POST …/Messages.json"""
    allowed(box, request, parts[0])
    form = request.form
    to, text = form.get("To", ""), form.get("Body", "")
    bare = to.removeprefix("whatsapp:")
    if not to.startswith("whatsapp:") or not (re.fullmatch(r"\+\d{5,20}", bare) or USER_ID.fullmatch(bare)):
        raise wrong(21211 if to else 21604, f"Invalid 'To' Phone Number: {to}")
    person = box.phones.find(to)
    if person is None:
        raise wrong(21211)
    if not form.get("MessagingServiceSid", "").startswith("MG") and form.get("From") != SENDER:
        raise wrong(63007 if form.get("From") else 21603)
    if len(text) > 1600:
        raise wrong(21617)
    kind, words, content, shown = _read(box, form, text)
    return _draft(box, person, form, kind, (words, content, shown))


def _draft(
    box: Box, person: Person, form: dict[str, str], kind: str, said: tuple[str, dict[str, Any], dict[str, Any]]
) -> Draft:
    words, content, shown = said
    refused = int(content.pop("refused", 0))
    if not refused and not content.get("approved") and not box.limits.is_open("twilio", person.key):
        refused = 63016
    if box.limits.too_fast("twilio"):
        refused = 63018
    hook = form.get("StatusCallback", "")
    return Draft(
        "twilio", person, form["To"], kind, lambda taken: Reply(201, resource(taken, "queued", 0)), words, content,
        shown, body=form, refused=refused, callback=hook if is_here(hook) else "",
    )  # fmt: skip


def _read(box: Box, form: dict[str, str], text: str) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """Kind, words, what was parsed, what the page needs."""
    if sid := form.get("ContentSid"):
        return _content(box, sid, form.get("ContentVariables") or "{}")
    if action := form.get("PersistentAction"):
        match = PLACE.fullmatch(action)
        if not match:
            raise wrong(63005, "PersistentAction is not as it must be")
        place: dict[str, Any] = {"latitude": float(match[1]), "longitude": float(match[2])}
        return "location", "\n".join(one for one in (match[3], text) if one), place | {"name": match[3]}, dict(place)
    if link := form.get("MediaUrl"):
        if not reading.is_address(link):
            raise wrong(21620)
        return "document", text, {"link": link}, {"link": link, "name": reading.name_in(link)}
    if not text:
        raise wrong(21619)
    return "text", text, {}, {}


def _content(box: Box, sid: str, variables: str) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    try:
        values = {str(name): str(value) for name, value in json.loads(variables).items()}
    except (ValueError, AttributeError):
        raise wrong(21656) from None
    template = box.templates.by_sid(sid)
    if template:
        codes = {"REJECTED": 63040, "PAUSED": 63041, "PENDING": 63027, "DISABLED": 63027}
        refused = codes.get(template.status, 0)
        given = [values.get(str(place + 1), values.get(hole, "")) for place, hole in enumerate(template.holes)]
        if not all(given):
            refused = refused or 63028
        choices = [reading.choice("url" if one["type"] == "URL" else "template", one.get("url", one["text"]),
                                  one["text"]) for one in template.buttons]  # fmt: skip
        filled = template.filled(dict(zip(template.holes, given, strict=True)))
        words = "\n".join(one for one in (filled, template.footer) if one)
        content = {"name": template.name, "language": template.language, "parameters": values, "approved": True}
        shown: dict[str, Any] = {"choices": choices, "template": template.name}
        return "template", words, content | {"refused": refused}, shown
    made = box.templates.contents.get(sid)
    if made is None:
        raise wrong(21655)
    words, choices, label = contents.words_of(made)
    words = HOLE.sub(lambda hole: values.get(hole[1], hole[0]), words)
    return "text", words, {"choices": choices, "sid": sid}, {"choices": choices, "label": label}


def resource(taken: Taken, status: str, error: int) -> dict[str, Any]:
    """A message as Twilio describes it."""
    draft, when = taken.draft, formatdate(taken.at).replace("-0000", "+0000")
    form = draft.body if isinstance(draft.body, dict) else {}
    where = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{taken.id}"
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": "2010-04-01",
        "body": draft.text,
        "date_created": when,
        "date_sent": None if status == "queued" else when,
        "date_updated": when,
        "direction": "outbound-api",
        "error_code": error or None,
        "error_message": None,
        "from": form.get("From"),
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "num_media": "1" if draft.shown.get("link") else "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": taken.id,
        "status": status,
        "subresource_uris": {"media": f"{where}/Media.json"},
        "to": draft.to,
        "uri": f"{where}.json",
    }


def typing(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """POST /v3/Indicators/Typing.json: also marks as read."""
    allowed(box, request)
    fields = request.fields or request.form
    message_id = str(fields.get("messageId"))
    person = box.phones.person_of(message_id)
    if person is None or str(fields.get("channel")).upper() != "WHATSAPP":
        raise wrong(20404)
    box.phones.signal("twilio", person, "read", id=message_id)
    box.phones.signal("twilio", person, "typing")
    return Reply(200, {"success": True})


ACCOUNT = r"/2010-04-01/Accounts/(\w+)"
ROUTES = (
    Route("POST", rf"{ACCOUNT}/Messages\.json", send, "send"),
    Route("POST", r"/v[23]/Indicators/Typing\.json", typing),
)
