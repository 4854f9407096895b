"""One request: no redirects, no proxies, an end in time, and an answer that is JSON of a bearable size or none."""

from __future__ import annotations

import functools
import json
import logging
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import httpcore
import httpx

from roms.outside.hosts import host_of, really
from roms.outside.network import Forbidden, Pinned, Unknown, addresses

log = logging.getLogger(__name__)

LARGEST = 256 * 1024  # bytes of an answer, unpacked
DEEPEST = 30
NO_CONTENT = (204, 205)
UNPACKED = {b"gzip": 31, b"x-gzip": 31, b"deflate": 15}  # zlib's window bits


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    timeout: float  # seconds, for everything together


@dataclass(frozen=True, slots=True)
class Outcome:
    """Status and JSON, or the `problem` that kept us from them."""

    status: int = 0
    data: Any = None
    problem: str = ""


class _Bad(Exception):
    """The answer is none that we take; the word says why."""


def call(request: Request, entries: Iterable[str]) -> Outcome:
    """Ask once. Whatever happens comes back as a value."""
    deadline = time.monotonic() + request.timeout
    url = really(request.url, entries)
    host = host_of(url) if url else None
    if url is None or host is None:
        return Outcome(problem="host")
    try:
        found = addresses(host)
        with httpcore.ConnectionPool(trust(), network_backend=Pinned(found, deadline)) as pool:
            return _asked(pool, replace(request, url=url))
    except Forbidden as error:
        log.warning("a flow's call was refused: %s", error)
        return Outcome(problem="address")
    except _Bad as error:
        return Outcome(problem=str(error))
    except (Unknown, httpcore.ConnectError):
        return Outcome(problem="unreachable")
    except httpcore.TimeoutException:
        return Outcome(problem="timeout")
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        return Outcome(problem="broken")


@functools.cache
def trust() -> ssl.SSLContext:
    """Made once: it reads every certificate of the authorities."""
    return httpx.create_ssl_context()


def _asked(pool: httpcore.ConnectionPool, request: Request) -> Outcome:
    # White space around a value is none of it, and a name or a secret that has some must not fail the call.
    headers = [(name.encode(), value.strip().encode("utf-8", "replace")) for name, value in request.headers]
    headers += [(b"User-Agent", b"ROMS"), (b"Accept", b"application/json"), (b"Accept-Encoding", b"identity")]
    body = request.body.encode("utf-8", "replace") if request.method not in ("GET", "DELETE") else None
    if request.body:
        headers.append((b"Content-Type", b"application/json"))
    with pool.stream(request.method, request.url, headers=headers, content=body) as answer:
        if 300 <= answer.status < 400:
            return Outcome(answer.status, None, "redirect")
        if answer.status in NO_CONTENT:
            return Outcome(answer.status, {})
        told = {name.lower(): value for name, value in answer.headers}
        return _read(answer.status, b"".join(_bounded(answer.iter_stream(), told)))


def _bounded(chunks: Iterator[bytes], told: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """Unpacked no further than we would read: a bomb costs no more than a large answer."""
    packed = told.get(b"content-encoding", b"identity").strip().lower()
    if packed not in UNPACKED and packed != b"identity":
        raise _Bad("encoding")
    unpack = zlib.decompressobj(UNPACKED[packed]) if packed in UNPACKED else None
    left = LARGEST
    for raw in chunks:
        try:
            chunk = unpack.decompress(raw, left + 1) if unpack else raw
        except zlib.error:
            raise _Bad("encoding") from None
        left -= len(chunk)
        if left < 0:
            raise _Bad("large")
        yield chunk


def _read(status: int, body: bytes) -> Outcome:
    try:
        return Outcome(status, _clean(json.loads(body, parse_constant=_refuse, parse_float=_finite)))
    except (ValueError, RecursionError):
        return Outcome(status, None, "json")


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if abs(number) == float("inf"):
        raise ValueError("a number beyond all numbers")
    return number


def _clean(value: Any, depth: int = 0) -> Any:
    """Without what no database takes (NUL, halves of letters), and no deeper than anybody reads."""
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        return {_clean(name): _clean(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value]
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return value
