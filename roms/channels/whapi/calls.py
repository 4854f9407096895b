"""Asking Whapi for something: one request, and what its answer proves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Never

import httpx

from roms.channels.base import Account
from roms.channels.calling import answer_of, call, pause_of
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled
from roms.channels.reading import object_of, printable, text_of

ERRORS: Mapping[str, str] = {
    code: told["class"] for code, told in json.loads(Path(__file__).with_name("errors.json").read_text()).items()
}


def ask(
    account: Account, client: httpx.Client, method: str, path: str, body: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Whapi's answer to a request that it granted. Raises SendFailed."""
    return answer_of(asked(account, client, method, path, body))


def asked(
    account: Account, client: httpx.Client, method: str, path: str, body: Mapping[str, Any] | None = None
) -> httpx.Response:
    if not account["base_url"] or not account["token"]:
        raise ChannelBroken("The channel has no address or no usable token of Whapi configured.")
    sent = {} if body is None else {"json": body}
    response = call(client, method, account["base_url"].rstrip("/") + path, headers(account), "Whapi", **sent)
    if not response.is_success:
        _refused(response, answer_of(response))
    return response


def headers(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account['token']}"}


def failure_class(code: str) -> str:
    """Of a message that surely failed: there is no doubt left, so what would be doubtful may be tried again."""
    found = ERRORS.get(code, "permanent")
    return "retryable" if found == "unknown_outcome" else found


def _refused(response: httpx.Response, answer: Mapping[str, Any]) -> Never:
    status = response.status_code
    said = text_of(object_of(answer.get("error")).get("message"), 300) or response.reason_phrase
    message = printable(f"Whapi answered {status}: {said}")
    if status == 429:
        raise Throttled(message, "429", pause_of(response))
    raise _outcome(status)(message, str(status))


def _outcome(status: int) -> type[SendFailed]:
    """A redirect means a wrong address; 408 and 5xx come from machines that may have passed the message on."""
    if status in (401, 402, 403) or 300 <= status < 400:
        return ChannelBroken
    return Permanent if 400 <= status < 500 and status != 408 else Ambiguous
