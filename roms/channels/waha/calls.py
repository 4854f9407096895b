"""Asking WAHA for something: one request, and what its answer proves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from roms.channels.base import Account
from roms.channels.calling import answer_of, call, pause_of
from roms.channels.failures import Ambiguous, ChannelBroken, Permanent, SendFailed, Throttled
from roms.channels.reading import printable, text_of

ERRORS: Mapping[str, str] = {
    code: told["class"] for code, told in json.loads(Path(__file__).with_name("errors.json").read_text()).items()
}


def asked(
    account: Account, client: httpx.Client, method: str, path: str, body: Mapping[str, Any] | None = None
) -> httpx.Response:
    """WAHA's answer to a request that it granted. Raises SendFailed."""
    if not account["base_url"] or not account["api_key"] or not account["session"]:
        raise ChannelBroken("The channel has no address, session or key of WAHA configured.")
    sent = {} if body is None else {"json": body}
    response = call(client, method, account["base_url"].rstrip("/") + path, headers(account), "WAHA", **sent)
    if not response.is_success:
        raise refusal(response)
    return response


def headers(account: Account) -> dict[str, str]:
    return {"X-Api-Key": account["api_key"], "Accept": "application/json"}


def refusal(response: httpx.Response) -> SendFailed:
    """What an answer that is no success proves."""
    status, answer = response.status_code, answer_of(response)
    told = answer.get("message") if answer.get("message") else answer.get("error")
    message = printable(f"WAHA answered {status}: {text_of(told, 300) or response.reason_phrase}")
    if status == 429:
        return Throttled(message, "429", pause_of(response))
    if status == 404 and "session" in text_of(told).lower():
        return ChannelBroken(message, "404_session")
    if status == 422 and ("expected" in answer or "session" in answer):
        how = text_of(answer.get("status"), 60)
        return ChannelBroken(f"{message} (it is {how})" if how else message, "422_session")
    return _outcome(status)(message, str(status))


def _outcome(status: int) -> type[SendFailed]:
    """A redirect means a wrong address; after 408 and 5xx the message may have gone out all the same."""
    if status in (401, 403) or 300 <= status < 400:
        return ChannelBroken
    return Permanent if 400 <= status < 500 and status != 408 else Ambiguous
