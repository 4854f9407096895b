"""Whapi.Cloud: who may knock, and how a message goes out.

Whapi signs nothing: its webhooks prove themselves by a header of our choosing. A message is taken by the answer 201
with an id; only an answer that proves the contrary counts as not taken, everything else is Ambiguous.
"""

from __future__ import annotations

import hmac
import ipaddress
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Never

import httpx

from roms.channels import whapi_bodies, whapi_inbound
from roms.channels.base import (
    Account,
    Ambiguous,
    ChannelBroken,
    Forbidden,
    Item,
    Knock,
    Parcel,
    Permanent,
    SendFailed,
    Throttled,
    Transient,
)
from roms.channels.reading import id_of, loaded, object_of, printable, text_of

kind: str = "whapi"
direct: bool = False

SECRET_HEADER = "x-webhook-secret"
TIMEOUT = httpx.Timeout(15.0, connect=5.0)
LONGEST_ANSWER, LARGEST_ANSWER = 20.0, 256 * 1024  # seconds, bytes
LONGEST_PAUSE = 3600.0  # seconds; whatever Retry-After says
# A proxy sends these for somebody far away, and a browser the others for a page that may be anybody's.
FROM_AFAR = ("forwarded", "x-forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "via", "cf-")
FROM_A_PAGE = ("origin", "sec-")


def verify(account: Account, knock: Knock) -> None:
    """The secret in its header, or, where none is configured, a program on this very machine."""
    if account.secret:
        given = knock.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), account.secret.encode("utf-8", "replace")):
            raise Forbidden("The webhook's secret is missing or wrong.")
    elif not _loopback(knock.remote) or any(name.lower().startswith(FROM_AFAR + FROM_A_PAGE) for name in knock.headers):
        raise Forbidden("Without a configured secret only this machine itself may call the webhook.")


def parse(account: Account, body: bytes) -> Iterator[Item]:
    """Everything in the body; BadPayload at once, before the first item, when it is not JSON."""
    return whapi_inbound.items(loaded(body))


def send(account: Account, client: httpx.Client, parcel: Parcel) -> str:
    """Hand the parcel to Whapi; return its id for the message."""
    path, body = whapi_bodies.path_and_body(parcel)
    recipient = whapi_inbound.address_of(parcel.address)
    if not recipient:
        raise Permanent("The address is not one that Whapi knows.")
    return _taken(_post(account, client, path, {"to": recipient, **body}))


def _loopback(remote: str) -> bool:
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _post(account: Account, client: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
    if not account.base_url or not (account.token.isascii() and account.token.isprintable() and account.token):
        raise ChannelBroken("The channel has no address or no usable token of Whapi configured.")
    headers = {"Authorization": f"Bearer {account.token}"}
    try:
        with client.stream(
            "POST", account.base_url.rstrip("/") + path, json=body, headers=headers, timeout=TIMEOUT
        ) as answer:
            return _whole(answer)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Transient(f"Whapi could not be reached: {error or type(error).__name__}") from error
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
        raise ChannelBroken(f"The configured address or token cannot be used: {error}") from error
    except httpx.HTTPError as error:
        raise Ambiguous(f"No answer from Whapi: {error or type(error).__name__}", type(error).__name__) from error


def _whole(answer: httpx.Response) -> httpx.Response:
    """Read it to the end, but not for ever: httpx's own limit is for each read, and a drip would never reach it."""
    until, body = time.monotonic() + LONGEST_ANSWER, b""
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER or time.monotonic() > until:
            raise Ambiguous("Whapi's answer did not come to an end.", "endless_answer")
    told = {name: answer.headers[name] for name in ("retry-after", "date") if name in answer.headers}
    return httpx.Response(answer.status_code, headers=told, content=body)


def _taken(response: httpx.Response) -> str:
    """The id of a message that was taken; otherwise what became of it."""
    answer = _answer(response)
    if not response.is_success:
        _refused(response, answer)
    if answer.get("sent") is False:
        raise Permanent("Whapi answered that it did not send the message.", "not_sent")
    provider_id = id_of(object_of(answer.get("message")).get("id"))
    if not provider_id:
        raise Ambiguous("Whapi took the message but gave no id for it.", str(response.status_code))
    return provider_id


def _answer(response: httpx.Response) -> Mapping[str, Any]:
    try:
        return object_of(response.json())
    except (ValueError, RecursionError):
        return {}


def _refused(response: httpx.Response, answer: Mapping[str, Any]) -> Never:
    status = response.status_code
    said = text_of(object_of(answer.get("error")).get("message"), 300) or response.reason_phrase
    message = printable(f"Whapi answered {status}: {said}")
    if status == 429:
        raise Throttled(message, "429", _pause(response))
    raise _outcome(status)(message, str(status))


def _outcome(status: int) -> type[SendFailed]:
    """A redirect means a wrong address; 408 and 5xx come from machines that may have passed the message on."""
    if status in (401, 402, 403) or 300 <= status < 400:
        return ChannelBroken
    return Permanent if 400 <= status < 500 and status != 408 else Ambiguous


def _pause(response: httpx.Response) -> float:
    """Seconds to wait, of Retry-After as seconds or as a date beside the answer's own date."""
    value = response.headers.get("retry-after", "")
    if value.isascii() and value.isdigit() and len(value) < 10:
        return min(max(float(value), 1.0), LONGEST_PAUSE)
    until, since = _date(value), _date(response.headers.get("date", ""))
    return min(max((until - since).total_seconds(), 1.0), LONGEST_PAUSE) if until and since else 5.0


def _date(header: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(header)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else None
