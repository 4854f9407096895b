"""A file fetched from where it may lie and from nowhere else: streamed, bounded, the credentials kept safe."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urljoin

import httpcore

from roms.outside.client import trust
from roms.outside.hosts import Host, host_of, is_plainly, really
from roms.outside.network import Forbidden, Pinned, Unknown, addresses, is_inside

log = logging.getLogger(__name__)

MOST_REDIRECTS = 3
SILENCE = 15.0  # seconds without a byte
GRACE, SLOWEST = 10.0, 2048.0  # after so many seconds at least so many bytes in each, on the average
CHUNK = 64 * 1024
GONE = 410
MISSING = 404  # a gateway that is still fetching it itself says so too
LATER = (408, 425, 429)


class NotFetched(Exception):
    """Why there is no file: `code` says it in a word. `is_final`: asking again would change nothing."""

    def __init__(self, code: str, is_final: bool = False) -> None:
        super().__init__(code)
        self.code, self.is_final = code, is_final


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address, headers for that very host, the hosts it may be at; at most so many bytes and seconds."""

    url: str
    headers: Mapping[str, str]
    hosts: tuple[str, ...]
    most: int
    seconds: float


def fetch(wanted: Wanted, into: BinaryIO, goes_on: Callable[[], None]) -> int:
    """Write the file into `into` and return its size. `goes_on` is called now and then, and may raise.

    Raises NotFetched. An address that is not of these hosts is not asked, wherever it came from.
    """
    deadline = time.monotonic() + wanted.seconds
    url, headers = wanted.url, wanted.headers
    try:
        for _ in range(1 + MOST_REDIRECTS):
            found = _asked(url, headers, wanted, deadline, _Into(into, wanted.most, goes_on))
            if isinstance(found, int):
                return found
            url, headers = found, {}  # whoever it is passed on to is told nothing of ours
    except Forbidden as error:
        log.warning("a file was not fetched: %s", error)
        raise NotFetched("address", is_final=True) from error
    except (Unknown, httpcore.ConnectError) as error:
        raise NotFetched("unreachable") from error
    except httpcore.TimeoutException as error:
        raise NotFetched("slow") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise NotFetched("broken") from error
    raise NotFetched("redirects", is_final=True)


class _Into:
    """Where the bytes go, counted and timed."""

    def __init__(self, file: BinaryIO, most: int, goes_on: Callable[[], None]) -> None:
        self._file, self._most, self._goes_on = file, most, goes_on
        self._begun = time.monotonic()
        self.size = 0

    def refuse(self, told: Mapping[bytes, bytes]) -> None:
        """Before the first byte, when the answer says how many there are."""
        length = told.get(b"content-length", b"")
        if length.isdigit() and int(length) > self._most:
            raise NotFetched("too_large", is_final=True)
        if told.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
            raise NotFetched("broken")

    def take(self, chunk: bytes) -> None:
        self._goes_on()
        self.size += len(chunk)
        if self.size > self._most:
            raise NotFetched("too_large", is_final=True)
        seconds = time.monotonic() - self._begun
        if seconds > GRACE and self.size < SLOWEST * seconds:
            raise NotFetched("slow")
        self._file.write(chunk)


def _asked(url: str, headers: Mapping[str, str], wanted: Wanted, deadline: float, into: _Into) -> int | str:
    """The size of the file, or where it is said to be instead."""
    asked = really(url, wanted.hosts)
    host = host_of(asked) if asked else None
    if asked is None or host is None:
        raise NotFetched("host", is_final=True)
    found = addresses(host, may_be_inside=is_plainly(host, wanted.hosts))
    sent = [(b"User-Agent", b"ROMS"), (b"Accept", b"*/*"), (b"Accept-Encoding", b"identity")]
    if may_be_told(host, found):
        sent += [(name.encode(), value.strip().encode("utf-8", "replace")) for name, value in headers.items()]
    with httpcore.ConnectionPool(trust(), network_backend=Pinned(found, deadline)) as pool:
        asking = pool.stream("GET", asked, headers=sent, extensions={"timeout": {"read": SILENCE}})
        with asking as answer:
            return _read(asked, answer, into)


def may_be_told(host: Host, found: Iterable[str]) -> bool:
    """Credentials go over TLS; in the clear they stay within this machine or its own network."""
    return host.scheme == "https" or all(map(is_inside, found))


def _read(url: str, answer: httpcore.Response, into: _Into) -> int | str:
    told = {name.lower(): value for name, value in answer.headers}
    if answer.status in (301, 302, 303, 307, 308):
        return urljoin(url, told.get(b"location", b"").decode("latin-1"))
    if answer.status in (GONE, MISSING):
        raise NotFetched("gone", is_final=answer.status == GONE)
    if answer.status in (401, 403):
        raise NotFetched("no_access")
    if answer.status != 200:
        final = 400 <= answer.status < 500 and answer.status not in LATER
        raise NotFetched("refused" if final else "provider", is_final=final)
    into.refuse(told)
    for chunk in answer.iter_stream():
        into.take(chunk)
    return into.size
