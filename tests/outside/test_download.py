"""A file of a provider's: fetched from its own hosts only, bounded, the credentials told to nobody else."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from roms.outside import download, network
from roms.outside.download import NotFetched, Wanted, fetch
from tests.elsewhere import Elsewhere, elsewhere

SECRET = {"Authorization": "Bearer canary"}


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


@pytest.fixture(scope="module")
def sink() -> Iterator[Elsewhere]:
    """A stranger who would like to be asked."""
    with elsewhere() as server:
        yield server


def got(url: str, *hosts: str, most: int = 1_000_000, seconds: float = 5, **headers: str) -> bytes:
    into = io.BytesIO()
    size = fetch(Wanted(url, headers or SECRET, hosts, most, seconds), into, lambda: None)
    assert size == len(into.getvalue())
    return into.getvalue()


def why(act: Callable[[], object]) -> tuple[str, bool]:
    with pytest.raises(NotFetched) as failed:
        act()
    assert "canary" not in str(failed.value)
    return failed.value.code, failed.value.is_final


def test_a_file_is_fetched_with_the_credentials_of_its_host(there: Elsewhere) -> None:
    there.asked.clear()
    assert got(there.url("/file"), there.origin) == b"\x00file\xff" * 1000
    assert there.asked[0][2]["Authorization"] == "Bearer canary"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/none", ("gone", False)),
        ("/error", ("provider", False)),
        ("/forbidden", ("no_access", False)),
        ("/empty", ("provider", False)),
        ("/dies", ("broken", False)),
        ("/packed", ("broken", False)),
        ("/huge", ("too_large", True)),
        ("/endless", ("too_large", True)),
        ("/round", ("redirects", True)),
    ],
)
def test_what_is_no_file_says_why_and_whether_to_ask_again(there: Elsewhere, path: str, code: tuple[str, bool]) -> None:
    assert why(lambda: got(there.url(path), there.origin, most=200_000)) == code


@pytest.mark.parametrize("path", ["/slow", "/drip", "/trickle"])
def test_the_time_is_for_everything_together(there: Elsewhere, path: str) -> None:
    begun = time.monotonic()
    assert why(lambda: got(there.url(path), there.origin, seconds=0.5)) == ("slow", False)
    assert time.monotonic() - begun < 10


def test_who_gives_a_byte_now_and_then_is_left_long_before(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "GRACE", 0.3)
    begun = time.monotonic()
    assert why(lambda: got(there.url("/trickle"), there.origin, seconds=20)) == ("slow", False)
    assert time.monotonic() - begun < 10


def test_who_falls_silent_is_left(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "SILENCE", 0.3)
    begun = time.monotonic()
    assert why(lambda: got(there.url("/slow"), there.origin, seconds=20)) == ("slow", False)
    assert time.monotonic() - begun < 10


def test_s12_an_address_of_a_stranger_is_not_asked_at_all(there: Elsewhere, sink: Elsewhere) -> None:
    sink.asked.clear()
    for url in (sink.url("/file"), sink.url("/file").replace("http://", "http://127.0.0.1@"), "ftp://x/", "nonsense"):
        assert why(lambda url=url: got(url, there.origin, "*.example.com"))[0] in ("host", "address")  # type: ignore[misc]
    assert sink.asked == []


def test_s12_a_redirect_to_a_stranger_is_not_followed(there: Elsewhere, sink: Elsewhere) -> None:
    sink.asked.clear()
    assert why(lambda: got(there.url(f"/to/{sink.origin}/file"), there.origin)) == ("host", True)
    assert sink.asked == []


def test_s12_a_redirect_to_another_of_the_providers_hosts_is_told_no_secret(there: Elsewhere, sink: Elsewhere) -> None:
    sink.asked.clear()
    there.asked.clear()
    assert got(there.url(f"/to/{sink.origin}/file"), there.origin, sink.origin)
    assert "Authorization" in there.asked[0][2]
    assert "Authorization" not in sink.asked[0][2]
    there.asked.clear()
    assert got(there.url("/hop"), there.origin)
    assert ["Authorization" in each[2] for each in there.asked] == [True, False]


def test_s12_nothing_secret_goes_over_the_internet_in_the_clear(
    there: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "is_public", lambda address: True)
    monkeypatch.setattr(download, "is_inside", lambda address: False)
    there.asked.clear()
    assert got(there.url("/file"), there.origin)
    assert "Authorization" not in there.asked[0][2]


def leads_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    found = lambda name, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]  # noqa: E731
    monkeypatch.setattr(network, "getaddrinfo", found)


def test_a_neighbours_name_may_be_written_down_and_a_public_one_may_not_lead_inside(
    there: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to(monkeypatch, "127.0.0.1")
    port = there.server_address[1]
    assert got(f"http://waha:{port}/file", f"http://waha:{port}")
    assert why(lambda: got("https://cdn.example.com/x", "cdn.example.com")) == ("address", True)
    assert why(lambda: got(f"http://a.waha:{port}/x", f"http://*.waha:{port}")) == ("address", True)


def test_a_clouds_own_address_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "169.254.169.254")
    assert why(lambda: got("http://waha:3000/file", "http://waha:3000")) == ("address", True)
