"""One request to Twilio, and what its refusals prove."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import httpx

from roms.channels import sentences
from roms.channels.base import Account
from roms.channels.calling import answer_of, call, pause_of
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled
from roms.channels.reading import printable, text_of
from roms.channels.whatsapp import PHONE

SAYS_NOTHING = {"20500"}  # an internal error: it may have happened after the message was taken


def messages_of(account: Account) -> str:
    return f"{account_url(account)}/Messages.json"


def account_url(account: Account) -> str:
    """The address of our account. Raises ChannelBroken."""
    sid = account["account_sid"]
    if not account["base_url"] or not (sid.isascii() and sid.isalnum()):
        raise ChannelBroken("The channel has no address or no Account SID of Twilio configured.", "not_configured")
    return f"{account['base_url'].rstrip('/')}/2010-04-01/Accounts/{sid}"


def messaging_of(account: Account) -> str:
    """Typing has a host of its own beside the one that takes messages."""
    return account["base_url"].rstrip("/").replace("://api.", "://messaging.", 1)


def sender_of(account: Account) -> dict[str, str]:
    """Our number, or the messaging service that chooses one. Raises ChannelBroken."""
    sender = account["from"]
    if sender.startswith("MG"):
        return {"MessagingServiceSid": sender}
    if not PHONE.fullmatch(sender.removeprefix("whatsapp:")):
        raise ChannelBroken("The channel has no usable sender configured.", "not_configured")
    return {"From": sender}


def credentials(account: Account) -> dict[str, str]:
    """The header that proves us. Raises ChannelBroken."""
    token = account["auth_token"]
    if not token or not token.isascii() or not token.isprintable():
        raise ChannelBroken("The channel has no usable Auth Token of Twilio configured.", "not_configured")
    pair = f"{account['account_sid']}:{token}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def ask(account: Account, client: httpx.Client, method: str, url: str, **body: Any) -> Mapping[str, Any]:
    """The JSON object that Twilio answers with; raises SendFailed for a refusal."""
    response = call(client, method, url, credentials(account), "Twilio", **body)
    answer = answer_of(response)
    if not response.is_success:
        raise _refusal(response, answer)
    return answer


def _refusal(response: httpx.Response, answer: Mapping[str, Any]) -> SendFailed:
    """Decided by the code in the body; a status alone is trusted as far as it proves something."""
    status, code = response.status_code, text_of(answer.get("code"), 20)
    said = text_of(answer.get("message"), 300) or response.reason_phrase
    message = printable(f"Twilio answered {status}: {said}")
    pause = pause_of(response) if "retry-after" in response.headers else None
    known = sentences.failure("twilio", code, message, pause) if code else None
    if known is not None and not (status >= 500 and code in SAYS_NOTHING):
        return known
    if status == 429:
        return Throttled(message, code or "429", pause_of(response))
    if status in (401, 403) or 300 <= status < 400:
        return ChannelBroken(message, code or str(status))
    if status == 408 or status >= 500:
        return Ambiguous(message, code or str(status))
    return Permanent(message, code or str(status))
