"""What both directions of Twilio need: addresses and errors."""

from __future__ import annotations

from roms.channels.fake.model import Person, Refusal, Reply

MESSAGES: dict[int, tuple[int, str]] = {  # code: HTTP status, message
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    20503: (503, "Service Unavailable"),
    21211: (400, "Invalid 'To' Phone Number"),
    21604: (400, "A 'To' phone number is required."),
    21603: (400, "A 'From' phone number is required."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21619: (400, "A text message body or media urls must be specified."),
    21620: (400, "Invalid media URL(s)"),
    21623: (400, "Number of media files exceeds allowed limit"),
    21655: (400, "The ContentSid is Invalid"),
    21656: (400, "The ContentVariables Parameter is invalid."),
    30001: (400, "Queue overflow"),
    63005: (400, "Channel did not accept given content"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
    63013: (400, "This message send failed because it violates Channel provider's policy."),
    63016: (400, "Failed to send freeform message because you are outside the allowed window."),
    63018: (400, "Rate limit exceeded for channel"),
    63019: (400, "Media failed to download"),
    63024: (400, "Invalid message recipient"),
    63027: (400, "Template does not exist for a language and locale"),
    63028: (400, "Number of parameters provided does not match the expected number of parameters"),
    63038: (400, "Account exceeded the daily messages limit"),
    63040: (400, "Template rejected"),
    63041: (400, "Template paused"),
}
USUAL = {400: 63005, 401: 20003, 403: 20003, 404: 20404, 429: 20429, 503: 20503}
FAILED = (30001, 63018, 63038)  # these become "failed", everything else "undelivered"


def address(person: Person) -> str:
    """A person as Twilio writes one: with plus where there is a number."""
    return f"whatsapp:+{person.shown_number}" if person.shown_number else f"whatsapp:{person.user_id}"


def refusal(status: int, code: int = 0, message: str = "") -> Reply:
    """Twilio's error body."""
    code = code or USUAL.get(status, 20500 if status >= 500 else 63005)
    usual, said = MESSAGES.get(code, (400, "Something is wrong"))
    status = status or usual
    info = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(status, {"code": code, "message": message or said, "more_info": info, "status": status})


def wrong(code: int, message: str = "") -> Refusal:
    """Twilio does not take this."""
    return Refusal(refusal(0, code, message))


def text_of(code: int) -> str:
    """What an error's code means."""
    return MESSAGES.get(code, (0, "Message failed"))[1]
