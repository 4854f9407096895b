"""Twilio's webhook forms as items: one message with all its files, or one word on a message of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from roms.channels import sentences
from roms.channels.base import Account, Knock
from roms.channels.failures import BadPayload
from roms.channels.items import Incoming, Item, Receipt, Skipped
from roms.channels.reading import id_of, loaded, object_of, printable, text_of
from roms.channels.twilio.content import contents_of
from roms.channels.whatsapp import fingerprint, identities, phone_of, user_id_of

Fields = Mapping[str, str]
PREFIX = "whatsapp:"
MOST_FIELDS = 1000
IN_ADDRESS, MARK = "mark", "RomsMark"  # what names a message of ours, in an address and in a form
STATUSES = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), "accepted"),
    "sent": "sent",
    **dict.fromkeys(("delivered", "partially_delivered"), "delivered"),
    "read": "read",
    **dict.fromkeys(("undelivered", "failed", "canceled"), "failed"),
}
INCOMING = ("received", "receiving")
# Codes of WhatsApp's older interface, which some statuses still bear, and Twilio's own for them.
OLD_CODES = {"470": "63016", "471": "63018", "429": "63018", "1015": "63018", "1026": "63024", "1002": "63024"} | {
    **dict.fromkeys(("500", "1011", "1014"), "63012"),
    **dict.fromkeys(("2001", "2003"), "63027"),
    **{"472": "63032", "2000": "63028", "2002": "63029"},
}
# On a messaging service with Advanced Opt-Out: Twilio took the message for such a word, and has answered it.
OPT_OUT = {"STOP": "out", "START": "in", "HELP": "help"}
SOURCES = {"SourceType": "source", "Headline": "headline", "Body": "body", "SourceUrl": "url"}


def pairs_of(body: bytes) -> list[tuple[str, str]]:
    """Every field of the form, decoded, in order, repeated ones too. Raises BadPayload."""
    try:
        text = body.decode("utf-8", "replace")
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadPayload("Not a form that we read: it has too many fields.") from error


def fields_of(body: bytes) -> Fields:
    """The form; of what is there twice, the first. JSON, which Twilio posts for other products, has nothing for us."""
    if body.lstrip()[:1] == b"{":
        loaded(body)
        return {}
    found: dict[str, str] = {}
    for name, value in pairs_of(body):
        found.setdefault(printable(name), printable(value).strip())
    return _told(found)


def marked(address: str, mark: str) -> str:
    """Where the words on one message go: Twilio signs the whole address, so what it says is as sure as the form."""
    return f"{address}?{urlencode({IN_ADDRESS: mark})}" if mark else address


def whole(knock: Knock) -> bytes:
    """The form with the mark that stands in the address it was posted to."""
    mark = parse_qs(knock.query).get(IN_ADDRESS, [""])[0]
    is_form = "json" not in knock.headers.get("content-type", "").lower()
    return knock.body + b"&" + urlencode({MARK: mark}).encode() if mark and is_form else knock.body


def items(fields: Fields) -> Iterator[Item]:
    """Everything in one form, at least one item."""
    sms = fields.get("SmsStatus", "").lower()
    word = fields.get("MessageStatus", "").lower() or ("" if sms in INCOMING else sms)
    if word and word not in INCOMING:
        yield _receipt(fields, word)
    elif fields.get("From") or _sid(fields):
        yield from _messages(fields)
    else:
        yield Skipped("nothing_for_us")


def account_of(account: Account) -> str:
    """Our number, as forms bear it; a messaging service has several and is told apart by nothing in a form."""
    sender = account["from"]
    return sender if sender.startswith(PREFIX) else ""


def _messages(fields: Fields) -> Iterator[Item]:
    """One for each file: WhatsApp sends them one by one, the form could hold more."""
    us, sender = fields.get("To", ""), fields.get("From", "")
    if not (sender.startswith(PREFIX) or (us.startswith(PREFIX) and ":" not in sender)):
        yield Skipped("other_channel", _ours(us))
        return
    phone = phone_of(sender.removeprefix(PREFIX)) or phone_of(fields.get("WaId"))
    ids = [_user_id(fields, key) for key in ("ExternalUserId", "From", "ParentExternalUserId")]
    known = identities(ids, phone)
    address = phone or next((one.value for one in known), "")
    if not address:
        yield Skipped("no_sender", _ours(us))
        return
    sid, extra = _sid(fields), _context(fields)
    for number, content in enumerate(contents_of(fields)):
        provider_id = (f"{sid}:{number}" if number else sid) if sid else None
        yield Incoming(
            address=PREFIX + address,
            text=content.text,
            kind=content.kind,
            provider_id=provider_id,
            fingerprint="" if sid else fingerprint(number, sorted(fields.items())),
            payload=content.payload,
            name=text_of(fields.get("ProfileName"), 120),
            identities=known,
            extra={**extra, **content.extra},
            raw=dict(fields) if content.kind == "unsupported" else None,
            account=_ours(us),
        )


def _receipt(fields: Fields, word: str) -> Item:
    account, sid = _ours(fields.get("From", "")), _sid(fields)
    if not sid or word not in STATUSES:
        return Skipped("status_unknown", account)
    status, code = STATUSES[word], text_of(fields.get("ErrorCode"), 40)
    code = "" if code == "0" else OLD_CODES.get(code, code)
    known = sentences.entry("twilio", code)
    said = fields.get("ErrorMessage") or fields.get("ChannelStatusMessage") or ""
    return Receipt(
        provider_id=sid,
        status=status,
        error_code=code if status == "failed" else "",
        error_text=said[:500] if status == "failed" else "",
        error_class="" if status != "failed" else known["class"] if known else "permanent",
        mark=fields.get(MARK, ""),
        account=account,
    )


def _context(fields: Fields) -> dict[str, Any]:
    """What a message refers to: another one, an advertisement, whether it was passed on, what Twilio took it for."""
    found: dict[str, Any] = {}
    if asked := OPT_OUT.get(fields.get("OptOutType", "").upper()):
        found["opt_out"] = asked
    if quoted := id_of(fields.get("OriginalRepliedMessageSid")):
        found["quoted"] = {"id": quoted}
    if fields.get("FrequentlyForwarded", "").lower() == "true":
        found["forwarded"] = "often"
    elif fields.get("Forwarded", "").lower() == "true":
        found["forwarded"] = True
    told = {ours: text_of(fields.get(f"Referral{theirs}"), 1000) for theirs, ours in SOURCES.items()}
    if any(told.values()):
        found["referral"] = {key: word for key, word in told.items() if word or key == "source"}
    return found


def _told(fields: dict[str, str]) -> Fields:
    """With what ChannelMetadata repeats, where the form itself does not say it."""
    raw = fields.get("ChannelMetadata", "")
    try:
        context = object_of(object_of(loaded(raw.encode()).get("data")).get("context")) if raw else {}
    except BadPayload:
        context = {}
    repeated = {key: text_of(context.get(key), 200) for key in ("ProfileName", "WaId", "Forwarded")}
    return {**{key: value for key, value in repeated.items() if value}, **fields}


def _user_id(fields: Fields, key: str) -> str:
    return user_id_of(fields.get(key, "").removeprefix(PREFIX))


def _sid(fields: Fields) -> str:
    named = (id_of(fields.get(key)) for key in ("MessageSid", "SmsMessageSid", "SmsSid"))
    return next((sid for sid in named if sid), "")


def _ours(value: str) -> str:
    """Our own number as the account has it; "" for what is none."""
    phone = phone_of(value.removeprefix(PREFIX))
    return PREFIX + phone if phone else ""
