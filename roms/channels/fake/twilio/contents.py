"""Twilio's Content API: templates page by page with what WhatsApp says of them, and contents we make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from roms.channels.fake import reading
from roms.channels.fake.model import Reply, Request, Route
from roms.channels.fake.secrets_of import ACCOUNT_SID
from roms.channels.fake.templates import PAGE, Template
from roms.channels.fake.twilio.words import wrong

if TYPE_CHECKING:
    from roms.channels.fake.box import Box

WHEN = "2026-11-20T02:00:00Z"
Made = Mapping[str, Any]


def words_of(content: Made) -> tuple[str, list[reading.Choice], str]:
    """What a content says, what can be tapped, and what the list's button says."""
    for form, part in reading.object_in(content, "types").items():
        words = reading.text_in(part, "body")
        if form == "twilio/list-picker":
            rows = reading.objects_in(part.get("items"))
            found = [reading.choice("list", row.get("id"), row.get("item"), row.get("description")) for row in rows]
            return words, found, reading.text_in(part, "button")
        buttons = reading.objects_in(part.get("actions"))
        return words, [reading.choice("button", one.get("id"), one.get("title")) for one in buttons], ""
    return "", [], ""


def _fault(content: Made) -> str:
    types = reading.object_in(content, "types")
    if not types or not reading.is_text(content.get("language"), 10):
        return "language and types are required"
    for form, part in types.items():
        words, choices, label = words_of({"types": {form: part}})
        if not reading.is_text(words, 1600 if form == "twilio/text" else 1024):
            return "body is required, and has a limit"
        if form == "twilio/quick-reply" and (fault := reading.choices_fault(choices, 3, 20, 200)):
            return fault
        if form == "twilio/list-picker":
            if not 1 <= len(label) <= 20:
                return "button is required, at most 20 characters"
            if fault := reading.choices_fault(choices, reading.MOST_ROWS, 24, 200):
                return fault
    return ""


def make(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """POST /v1/Content"""
    _allowed(box, request)
    if fault := _fault(request.fields):
        raise wrong(21655, fault)
    sid = box.templates.make(request.fields)
    return Reply(201, _shown(box, sid, request.fields))


def one(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET and DELETE /v1/Content/<sid>, GET …/ApprovalRequests"""
    _allowed(box, request)
    sid, of_approval = parts[0], bool(parts[1])
    if of_approval and (template := box.templates.by_sid(sid)):
        return Reply(200, {"sid": sid, "account_sid": ACCOUNT_SID, "whatsapp": _approval(template)})
    found = next((each for each in _all(box) if each["sid"] == sid), None)
    if found is None:
        raise wrong(20404)
    if request.method == "DELETE":
        box.templates.contents.pop(sid, None)
        return Reply(204, b"")
    return Reply(200, found)


def listed(box: Box, request: Request, parts: Sequence[str]) -> Reply:
    """GET /v1/Content and /v1/ContentAndApprovals, five to a page whatever PageSize says."""
    _allowed(box, request)
    every = _all(box)
    if parts[0] == "ContentAndApprovals":
        every = [each for each in every if "approval_requests" in each]
    else:
        every = [{key: value for key, value in each.items() if key != "approval_requests"} for each in every]
    page, size = (request.query.get(key, "") for key in ("Page", "PageSize"))
    number = int(page) if page.isdigit() else 0
    most = max(1, min(PAGE, int(size))) if size.isdigit() else PAGE
    url = f"{box.base_url}/twilio/v1/{parts[0]}?PageSize={most}&Page="
    more = (number + 1) * most < len(every)
    meta = {
        "page": number,
        "page_size": most,
        "first_page_url": f"{url}0",
        "previous_page_url": f"{url}{number - 1}" if number else None,
        "url": f"{url}{number}",
        "next_page_url": f"{url}{number + 1}" if more else None,
        "key": "contents",
    }
    return Reply(200, {"contents": every[number * most : (number + 1) * most], "meta": meta})


def _all(box: Box) -> list[dict[str, Any]]:
    known = box.templates
    approved = [_template(box, template) for template in known.templates.values()]
    return approved + [_shown(box, sid, content) for sid, content in known.contents.items()]


def _shown(box: Box, sid: str, content: Made) -> dict[str, Any]:
    url = f"{box.base_url}/twilio/v1/Content/{sid}"
    keys = ("friendly_name", "language", "variables", "types")
    body = {"variables": {}, "friendly_name": None} | {key: content[key] for key in keys if key in content}
    links = {"approval_fetch": f"{url}/ApprovalRequests", "approval_create": f"{url}/ApprovalRequests/whatsapp"}
    dates = {"date_created": WHEN, "date_updated": WHEN}
    return {"sid": sid, "account_sid": ACCOUNT_SID, **body, "url": url, "links": links, **dates}


def _template(box: Box, template: Template) -> dict[str, Any]:
    variables = dict(zip((str(place + 1) for place in range(len(template.holes))), template.examples, strict=True))
    body = template.body
    for place, hole in enumerate(template.holes):
        body = body.replace("{{" + hole + "}}", "{{" + str(place + 1) + "}}")
    types: dict[str, Any] = {"twilio/text": {"body": body}}
    if template.header == "IMAGE":
        types = {"twilio/media": {"body": body, "media": ["https://contoh.example/promo.jpg"]}}
    elif template.buttons:
        actions = [{"title": one["text"], "id": one["text"]} for one in template.buttons]
        types = {"twilio/quick-reply": {"body": body, "actions": actions}}
    content = {"friendly_name": template.name, "language": template.language, "variables": variables, "types": types}
    return _shown(box, box.templates.sid_of(template), content) | {"approval_requests": _approval(template)}


def _approval(template: Template) -> dict[str, Any]:
    return {
        "allow_category_change": True,
        "category": template.category,
        "content_type": "twilio/text",
        "flows": None,
        "name": template.name,
        "rejection_reason": "" if template.reason == "NONE" else template.reason,
        "status": template.status.lower(),
        "type": "whatsapp",
    }


def _allowed(box: Box, request: Request) -> None:
    from roms.channels.fake.twilio.outgoing import allowed

    allowed(box, request)


ROUTES = (
    Route("POST", r"/v1/Content", make),
    Route("GET", r"/v[12]/(Content|ContentAndApprovals)", listed),
    Route("GET", r"/v1/Content/(HX\w{32})(/ApprovalRequests)?", one),
    Route("DELETE", r"/v1/Content/(HX\w{32})()", one),
)
