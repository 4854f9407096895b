"""One call to another system: what comes back, how long it may take, and where it may not go."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from roms.outside import client, network
from roms.outside.client import Outcome, Request, call
from roms.outside.hosts import entry, host_of, listed, really
from tests.elsewhere import Elsewhere, elsewhere


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


def asked(server: Elsewhere, path: str, timeout: float = 5) -> Outcome:
    return call(Request("GET", server.url(path), (), "", timeout), [server.origin])


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/good", Outcome(200, {"n": 7, "path": "/good"})),
        ("/good?a=%20b", Outcome(200, {"n": 7, "path": "/good?a=%20b"})),
        ("?a", Outcome(200, {"n": 7, "path": "/?a"})),
        ("/none", Outcome(404, {"why": "gone"})),
        ("/error", Outcome(500, {"n": 1})),
        ("/empty", Outcome(204, {})),
        ("/packed", Outcome(200, {"n": 8})),
        ("/odd", Outcome(200, {"n": "ab?"})),
        ("/html", Outcome(200, None, "json")),
        ("/bare", Outcome(200, None, "json")),
        ("/infinite", Outcome(200, None, "json")),
        ("/nan", Outcome(200, None, "json")),
        ("/deep", Outcome(200, None, "json")),
        ("/nested", Outcome(200, None, "json")),
        ("/moved", Outcome(302, None, "redirect")),
        ("/huge", Outcome(problem="large")),
        ("/bomb", Outcome(problem="large")),
        ("/br", Outcome(problem="encoding")),
        ("/liar", Outcome(problem="encoding")),
        ("/dies", Outcome(problem="broken")),
    ],
)
def test_every_answer_comes_back_as_a_value(there: Elsewhere, path: str, outcome: Outcome) -> None:
    assert asked(there, path) == outcome


@pytest.mark.parametrize("path", ["/slow", "/drip"])
def test_the_time_is_for_everything_together(there: Elsewhere, path: str) -> None:
    begun = time.monotonic()
    assert asked(there, path, 0.4) == Outcome(problem="timeout")
    assert time.monotonic() - begun < 10


def test_a_redirect_is_not_followed(there: Elsewhere) -> None:
    there.asked.clear()
    asked(there, "/moved")
    assert [each[1] for each in there.asked] == ["/moved"]


def test_headers_and_body_arrive(there: Elsewhere) -> None:
    there.asked.clear()
    call(Request("POST", there.url("/good"), (("X-Key", " ä b\n"), ("X-None", " ")), '{"a":"é"}', 5), [there.origin])
    call(Request("PUT", there.url("/good"), (), "", 5), [there.origin])
    (method, _, headers, body), (_, _, bare, nothing) = there.asked
    assert (method, body) == ("POST", '{"a":"é"}')
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "ROMS"
    assert headers["X-Key"].encode("latin-1").decode() == "ä b"
    assert headers["X-None"] == ""
    assert (bare["Content-Length"], nothing) == ("0", "")


def test_no_proxy_of_the_environment_is_used(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert asked(there, "/good").status == 200


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert call(Request("GET", origin, (), "", 2), [origin]) == Outcome(problem="unreachable")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://127.0.0.1:6379/", "http://127.0.0.1:6379/", "http://127.1:9000/",
        "http://0x7f000001:9000/", "http://2130706433:9000/", "http://[::1]:9000/", "http://[::ffff:127.0.0.1]:9000/",
        "http://localhost:9000/", "http://127.0.0.1:9000@evil.example/", "http://evil.example@127.0.0.1:9000/",
        "file:///etc/passwd", "gopher://127.0.0.1:9000/", "https://api.example.com:444/", "http://api.example.com/",
        "https://api.example.com.evil.example/", "https://evil-api.example.com/", "https://example.org/",
        "https://xexample.org/", "http://127.0.0.1:9000\\@evil.example/", "https://аpi.example.com/", "nonsense",
        "https://api.example.com:port/", "https:///x", "",
    ],
)  # fmt: skip
def test_whom_the_settings_do_not_list_nobody_asks(url: str) -> None:
    entries = ["http://127.0.0.1:9000", "api.example.com", "*.example.org"]
    assert call(Request("GET", url, (), "", 2), entries) == Outcome(problem="host")


@pytest.mark.parametrize("url", ["https://a.example.org/", "https://a.b.example.org/", "https://API.example.com:443/x"])
def test_whom_they_list_is_asked(url: str) -> None:
    host = host_of(url)
    assert host is not None
    assert listed(host, ["api.example.com", "*.example.org"])


NO_ALIASES = [
    "a=", "=http://b", "a=b", "a=ftp://b", "*.a=http://b", "a=http://*.b", "a=http://b?c", "a=http://b#c", "a=http://u@b",
    "a=http://b/%2e", "a=http://b:99999", "a=http://b:0", "a/x=http://b", "a=http://b/x y", "a=http://b\\c",
]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "a b", "ftp://a", "https://a/x", "user@a", "*", "a:99999", "a:0", "http://", *NO_ALIASES]
)
def test_an_entry_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"host|port|alias"):
        entry(text)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((each, True) for each in ("93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808")),
        *((each, False) for each in (
            "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fd00::1", "fc00::1", "ff02::1",
            "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "fd00:ec2::254", "240.0.0.1",
            "192.0.0.192", "168.63.129.16", "192.88.99.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1",
            "64:ff9b:1::a00:1", "2a00::5efe:a00:1", "3fff::1", "5f00::1",
        )),
    ],
)  # fmt: skip
def test_what_is_public_and_what_is_not(address: str, public: bool) -> None:
    assert network.is_public(ipaddress.ip_address(address)) is public


class Names:
    """A resolver of our own: each question takes the next answer, the last one for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers = list(answers)
        monkeypatch.setattr(network, "getaddrinfo", self)

    def __call__(self, name: str, port: int, **_: object) -> list[tuple[object, ...]]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["169.254.169.254"], ["93.184.216.34", "10.0.0.1"], ["::1"]])
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    Names(monkeypatch, found)
    asking = Request("GET", "https://api.example.com/", (), "", 1)
    assert call(asking, ["api.example.com"]) == Outcome(problem="address")


def test_localhost_may_be_listed_and_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch, there: Elsewhere) -> None:
    port = there.server_address[1]
    Names(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    asking = Request("GET", f"http://localhost:{port}/good", (), "", 2)
    assert call(asking, [f"http://localhost:{port}"]).status == 200
    assert call(asking, [f"http://localhost:{port}"]) == Outcome(problem="address")


def test_only_what_was_judged_is_connected_to(monkeypatch: pytest.MonkeyPatch, there: Elsewhere) -> None:
    """A name that is public when asked first and private when asked again is asked once."""
    monkeypatch.setattr(network, "is_public", lambda address: str(address) == "127.0.0.1")
    names = Names(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    port = there.server_address[1]
    asking = Request("GET", f"http://shop.example:{port}/good", (), "", 2)
    there.asked.clear()
    assert call(asking, [f"http://shop.example:{port}"]).status == 200
    assert there.asked[0][2]["Host"] == f"shop.example:{port}"
    assert names.answers == [["127.0.0.2"]]


def test_the_next_address_is_tried_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch, there: Elsewhere) -> None:
    monkeypatch.setattr(network, "is_public", lambda address: True)
    Names(monkeypatch, ["127.0.0.9", "127.0.0.1"])
    port = there.server_address[1]
    asking = Request("GET", f"http://shop.example:{port}/good", (), "", 2)
    assert call(asking, [f"http://shop.example:{port}"]).status == 200


@pytest.fixture
def secure(there: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port that speaks TLS with a certificate for shop.example, which the environment trusts."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subject = ["-subj", "/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*make, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    client.trust.cache_clear()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    with Elsewhere() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
    client.trust.cache_clear()


def test_a_certificate_must_be_for_the_name_that_was_asked(secure: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "is_public", lambda address: True)
    Names(monkeypatch, ["127.0.0.1"])
    for name, outcome in (("shop.example", 200), ("evil.example", 0)):
        asking = Request("GET", f"https://{name}:{secure}/good", (), "", 3)
        assert call(asking, [f"{name}:{secure}"]).status == outcome


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://api.example.com/orders/7?x=%20y", "/good/orders/7?x=%20y"),
        ("https://API.example.com:443/a//b", "/good/a//b"),
        ("https://api.example.com", "/good"),
        ("https://api.example.com?x", "/good?x"),
        ("http://plain.example.com:81/x", "/good/plain/x"),
    ],
)
def test_an_alias_leads_to_the_same_path_below_its_base(there: Elsewhere, url: str, path: str) -> None:
    there.asked.clear()
    aliases = [f"api.example.com={there.url('/good/')}", f"http://plain.example.com:81={there.url('/good/plain')}"]
    assert call(Request("GET", url, (), "", 5), aliases) == Outcome(200, {"n": 7, "path": path})
    assert there.asked[0][2]["Host"] == there.origin.removeprefix("http://")


def test_the_first_entry_that_fits_decides(there: Elsewhere) -> None:
    alias = f"api.example.com={there.url('/good')}"
    assert really("https://api.example.com/x", ["api.example.com", alias]) == "https://api.example.com/x"
    assert really("https://api.example.com/x", [alias, "api.example.com"]) == there.url("/good/x")
    assert really("https://b.example.com/x", [alias, "*.example.com"]) == "https://b.example.com/x"


@pytest.mark.parametrize(
    "url", ["http://api.example.com/", "https://api.example.com:444/", "https://a.api.example.com/"]
)
def test_an_alias_is_for_its_own_name_and_opens_nothing_else(there: Elsewhere, url: str) -> None:
    aliases = [f"api.example.com={there.origin}"]
    for other in (url, there.url("/good"), there.url("/")):
        assert call(Request("GET", other, (), "", 2), aliases) == Outcome(problem="host")


def test_an_alias_to_a_name_that_leads_inside_is_refused(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an address that the operator wrote out may be a private one."""
    port = there.server_address[1]
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(network, "getaddrinfo", lambda *_, **__: inside)
    alias = f"api.example.com=http://staging.example.com:{port}"
    there.asked.clear()
    assert call(Request("GET", "https://api.example.com/good", (), "", 2), [alias]) == Outcome(problem="address")
    assert there.asked == []
