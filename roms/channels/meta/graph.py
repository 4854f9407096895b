"""One request to Meta's Graph interface, and what its refusals prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from roms.channels import sentences
from roms.channels.base import Account
from roms.channels.calling import answer_of, call, pause_of
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled, Transient
from roms.channels.reading import id_of, object_of, printable, text_of

# Meta says of these only that something went wrong: behind a 5xx they prove nothing.
SAYS_NOTHING = {"1", "2", "131000"}


def number_of(account: Account) -> str:
    """The path of our own number. Raises ChannelBroken."""
    return _part(account, "phone_number_id")


def business_of(account: Account) -> str:
    """The path of our WhatsApp business account. Raises ChannelBroken."""
    return _part(account, "business_id")


def ask(account: Account, client: httpx.Client, method: str, path: str, **body: Any) -> Mapping[str, Any]:
    """The JSON object that Meta answers with; raises SendFailed for a refusal."""
    if not account["base_url"] or not account["token"] or not account["version"]:
        raise ChannelBroken("The channel has no address, version or token of Meta configured.", "not_configured")
    url = f"{account['base_url'].rstrip('/')}/{account['version']}/{path}"
    response = call(client, method, url, {"Authorization": f"Bearer {account['token']}"}, "Meta", **body)
    answer = answer_of(response)
    if not response.is_success or "error" in answer:
        raise _refusal(response, object_of(answer.get("error")))
    return answer


def upload(account: Account, client: httpx.Client, name: str, mime: str, data: bytes) -> str:
    """Meta's id of a file. Whatever goes wrong here, the message itself was surely not taken yet."""
    parts = {"messaging_product": "whatsapp", "type": mime}
    try:
        path = f"{number_of(account)}/media"
        answer = ask(account, client, "POST", path, data=parts, files={"file": (name, data, mime)})
    except Ambiguous as error:
        raise Transient(f"The file was not uploaded: {error}", error.code) from error
    if not (media_id := id_of(answer.get("id"))):
        raise Transient("Meta took the file but gave no id for it.")
    return media_id


def _part(account: Account, name: str) -> str:
    value = account[name]
    if not (value.isascii() and value.isalnum()):
        raise ChannelBroken(f"The channel has no usable {name} configured.", "not_configured")
    return value


def _refusal(response: httpx.Response, error: Mapping[str, Any]) -> SendFailed:
    """Decided by the code in the body: a limit on one pair of numbers may come with status 400."""
    status, code = response.status_code, text_of(error.get("code"), 20)
    details = text_of(object_of(error.get("error_data")).get("details"), 300)
    said = " · ".join(filter(None, (text_of(error.get("message"), 300) or response.reason_phrase, details)))
    message = printable(f"Meta answered {status}: {said}")
    is_transient = error.get("is_transient") is True
    if status >= 500 and not is_transient and (not code or code in SAYS_NOTHING or not sentences.entry("meta", code)):
        return Ambiguous(message, code or str(status))
    pause = pause_of(response) if "retry-after" in response.headers else None
    known = sentences.failure("meta", code, message, pause) if code else None
    if is_transient and not isinstance(known, Throttled):
        return Throttled(message, code, pause) if pause is not None else Transient(message, code)
    return known or _by_status(response, message, code)


def _by_status(response: httpx.Response, message: str, code: str) -> SendFailed:
    """What is left where the code says nothing; a redirect means a wrong address."""
    status = response.status_code
    if status == 429:
        return Throttled(message, code or "429", pause_of(response))
    if status in (401, 403) or 300 <= status < 400:
        return ChannelBroken(message, code or str(status))
    if status == 408 or (status < 300 and not code):
        return Ambiguous(message, code or str(status))
    return Permanent(message, code or str(status))
