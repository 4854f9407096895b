"""What both directions of Meta need: addresses and errors."""

from __future__ import annotations

import secrets
from typing import Any

from roms.channels.fake.model import Person, Refusal, Reply

MESSAGES: dict[int, tuple[int, str, str]] = {  # code: HTTP status, title, details
    1: (500, "API Unknown", ""),
    2: (503, "An unexpected error has occurred. Please retry your request later.", ""),
    4: (429, "Application request limit reached", ""),
    33: (400, "Unsupported request. Object does not exist, or missing permissions", ""),
    100: (400, "Invalid parameter", "Parameter value is not valid"),
    190: (401, "Error validating access token: Session has expired.", ""),
    368: (403, "Temporarily blocked for policies violations", ""),
    80007: (429, "Rate limit issues", ""),
    130429: (429, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: (400, "User's number is part of an experiment", "Failed to send message because of an experiment."),
    131000: (500, "Something went wrong", "Message failed to send due to an unknown error"),
    131008: (400, "Required parameter is missing", "Parameter is missing"),
    131009: (400, "Parameter value is not valid", "Parameter value is not valid"),
    131016: (503, "Service unavailable", "Service overloaded"),
    131026: (400, "Message undeliverable", "Message Undeliverable."),
    131030: (400, "Recipient phone number not in allowed list", "Add it in the test number settings"),
    131031: (403, "Business Account locked", "The account was restricted."),
    131042: (400, "Business eligibility payment issue", "There is a problem with the payment method."),
    131047: (400, "Re-engagement message", "More than 24 hours have passed since the customer last replied."),
    131048: (429, "Spam rate limit hit", "Too many messages were blocked or flagged."),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement.", "Try again later."),
    131051: (400, "Message type unknown", "Message type is currently not supported."),
    131053: (400, "Media upload error", "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit", "Too many messages to this recipient"),
    132000: (400, "Number of parameters does not match the expected number of params", ""),
    132001: (404, "Template name does not exist in the translation", ""),
    132005: (400, "Translated text too long", ""),
    132012: (400, "Parameter format does not match format in the created template", ""),
    132015: (400, "Template is Paused", "The template is paused for low quality."),
    132016: (400, "Template is Disabled", "The template was disabled."),
    133010: (400, "Phone number not registered", "Account does not exist in Cloud API"),
}
USUAL = {400: 100, 401: 190, 403: 131005, 404: 100, 408: 131000, 429: 130429, 500: 131000, 503: 2}
TRANSIENT = (1, 2, 131016)


def address(person: Person) -> str:
    """The digits of a person, or the user id of one who hides them."""
    return person.shown_number or person.user_id.removesuffix("@g.us")


def refusal(status: int, code: int = 0, details: str = "") -> Reply:
    """Meta's error body. The code decides; the HTTP status is the one that comes with it."""
    code = code or USUAL.get(status, 131000 if status >= 500 else 100)
    usual, title, said = MESSAGES.get(code, (400, "Something is wrong", ""))
    plain = code in (2, 190)
    body: dict[str, Any] = {"message": title if plain else f"(#{code}) {title}", "type": "OAuthException", "code": code}
    if code == 190:
        body["error_subcode"] = 463
    if details or said:
        body["error_data"] = {"messaging_product": "whatsapp", "details": details or said}
    if code in TRANSIENT:
        body["is_transient"] = True
    return Reply(status or usual, {"error": body | {"fbtrace_id": secrets.token_urlsafe(12)}})


def wrong(code: int, details: str = "") -> Refusal:
    """Meta does not take this."""
    return Refusal(refusal(0, code, details))


def error_item(code: int, link: bool = True) -> dict[str, Any]:
    """The error in a failed status."""
    _, title, said = MESSAGES.get(code, (400, "Message failed", ""))
    href = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
    item: dict[str, Any] = {"code": code, "title": title, "message": title}
    item["error_data"] = {"details": said or title}
    return item | ({"href": href} if link else {})
