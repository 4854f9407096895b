"""One HTTP request to a provider, bounded in time and size, whose failures say what they prove.

Only an answer, or a connection that never came about, proves anything about a message; everything else is Ambiguous.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from roms.channels.failures import Ambiguous, ChannelBroken, Transient
from roms.channels.reading import each, object_of

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
LONGEST_ANSWER, LARGEST_ANSWER = 20.0, 4 * 1024 * 1024  # seconds, bytes
LONGEST_PAUSE = 3600.0  # seconds; whatever Retry-After says
TOLD = ("retry-after", "date", "content-type")


def call(
    client: httpx.Client, method: str, url: str, headers: Mapping[str, str], provider: str, **body: Any
) -> httpx.Response:
    """Ask `url` with httpx's `json`, `data`, `files` or `params`. Raises Transient, ChannelBroken or Ambiguous."""
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise ChannelBroken(f"The token or key configured for {provider} cannot be used: it is no plain text.")
    try:
        with client.stream(method, url, headers=dict(headers), timeout=TIMEOUT, **body) as answer:
            return _whole(answer, provider)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Transient(f"{provider} could not be reached: {error or type(error).__name__}") from error
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
        raise ChannelBroken(f"The configured address or token cannot be used: {error}") from error
    except httpx.HTTPError as error:
        raise Ambiguous(f"No answer from {provider}: {error or type(error).__name__}", type(error).__name__) from error


def answer_of(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer, {} for anything else."""
    try:
        return object_of(response.json())
    except (ValueError, RecursionError):
        return {}


def objects_of(response: httpx.Response) -> Iterator[Mapping[str, Any]]:
    """The objects of a list that is the whole answer; nothing for anything else."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        found = None
    yield from map(object_of, each(found if isinstance(found, list) else None))


def pause_of(response: httpx.Response, usual: float = 5.0) -> float:
    """Seconds to wait, of Retry-After as seconds or as a date beside the answer's own; `usual` when it is silent."""
    value = response.headers.get("retry-after", "")
    if value.isascii() and value.isdigit() and len(value) < 10:
        return min(max(float(value), 1.0), LONGEST_PAUSE)
    until, since = _date(value), _date(response.headers.get("date", ""))
    return min(max((until - since).total_seconds(), 1.0), LONGEST_PAUSE) if until and since else usual


def _whole(answer: httpx.Response, provider: str) -> httpx.Response:
    """Read it to the end, but not for ever: httpx's own limit is for each read, and a drip would never reach it."""
    until, body = time.monotonic() + LONGEST_ANSWER, b""
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER or time.monotonic() > until:
            raise Ambiguous(f"{provider}'s answer did not come to an end.", "endless_answer")
    told = {name: answer.headers[name] for name in TOLD if name in answer.headers}
    return httpx.Response(answer.status_code, headers=told, content=body)


def _date(header: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(header)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else None
