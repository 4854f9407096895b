"""Stands between an agent's tab and the server: adds to what one conversation is told to be, and answers for files.

So what a page does with an answer can be tried for every answer, also those that no trial instance gives.
"""

from __future__ import annotations

import io
import json
import re
import wave
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page, Request, Route, WebSocketRoute, expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import Person
from tests.engine import pictures

FILES = {
    "image": {"types": ["image/jpeg", "image/png"], "most": 5_000_000},
    "video": {"types": ["video/mp4"], "most": 16_000_000},
    "audio": {"types": ["audio/*"], "most": 16_000_000},
    "document": {"types": ["*"], "most": 100_000_000},
}
CAN = {"templates": True, "reactions": True, "quotes": True, "files": FILES, "text": 4096, "caption": 1024}
CAN |= {"groups": True}


def until(true: Callable[[], object], what: str, page: Page) -> None:
    """Wait, and have the page's requests answered meanwhile."""
    for _ in range(150):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError(what)


def sound(seconds: float = 2.0) -> bytes:
    """Silence that a browser can play."""
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8000)
        out.writeframes(b"\x80" * int(8000 * seconds))
    return held.getvalue()


class Standin:
    """One conversation as the tests want it told. entries: what its thread holds instead of its own, if any."""

    def __init__(self, page: Page, conversation: str, **summary: Any) -> None:
        self.page, self.conversation = page, conversation
        self.summary: dict[str, Any] = {"can": CAN, "window_until": None} | summary
        self.entries: list[dict[str, Any]] | None = None
        self.answers: dict[tuple[str, str], Any] = {}
        self.asked: list[tuple[str, str, Any]] = []  # method, path, body of what was answered here
        page.route(re.compile(r"/api/"), self._api)
        page.route(re.compile(r"//[^/]+/files/"), self._file)
        page.route_web_socket(re.compile(r"/ws/inbox"), self._socket)

    def answer(self, method: str, path: str, body: Any, status: int = 200) -> None:
        """What a request to this path (its end) is answered with; a function is called with the request."""
        self.answers[method, path] = (status, body)

    def bodies(self, path: str) -> list[Any]:
        """What was posted to this path."""
        return [body for method, asked, body in self.asked if method != "GET" and asked.endswith(path)]

    def _api(self, route: Route, request: Request) -> None:
        path = urlsplit(request.url).path
        found = next((key for key in self.answers if key[0] == request.method and path.endswith(key[1])), None)
        if found is not None:
            return self._told(route, request, path, *self.answers[found])
        own = path.startswith(f"/api/conversations/{self.conversation}")
        if own and self.entries is not None and path.endswith("/read"):
            return route.fulfill(status=204)
        if request.method == "POST" and path.endswith("/typing"):
            return route.fulfill(status=204)
        if not path.startswith("/api/conversations"):
            return self._unknown(route, path)
        try:
            self._passed(route, request, own)
        except Error as error:  # the page was closed while the answer was on its way
            if not re.search("closed|disposed", error.message):
                raise

    def _passed(self, route: Route, request: Request, own: bool) -> None:
        """The server's own answer, changed."""
        answer = route.fetch()
        if "json" not in answer.headers.get("content-type", ""):
            return route.fulfill(response=answer)
        body = self._changed(answer.json())
        if (
            own
            and request.method == "GET"
            and isinstance(body, dict)
            and "entries" in body
            and self.entries is not None
        ):
            body |= self._page(request)
        route.fulfill(response=answer, json=body)

    def _unknown(self, route: Route, path: str) -> None:
        """Of the person behind the conversation nothing is known, unless a test says so."""
        if re.fullmatch(r"/api/contacts/\d+", path):
            told = {"id": 1, "name": "", "phone": None, "phone_text": None, "attributes": {}}
            return route.fulfill(json=told | {"identities": [], "conversations": [], "merges": []})
        if path.startswith("/api/contacts"):
            return route.fulfill(json={"items": []})
        return route.continue_()

    def _told(self, route: Route, request: Request, path: str, status: int, body: Any) -> None:
        told = request.post_data if request.method != "GET" else None
        is_json = "json" in request.headers.get("content-type", "")
        self.asked.append((request.method, path, json.loads(told) if told and is_json else told))
        told = body(request) if callable(body) else body
        if told is None:
            return route.fulfill(status=204)
        route.fulfill(status=status, json=told)

    def _page(self, request: Request) -> dict[str, Any]:
        """The newest 40 of the entries, or 50 older ones; nothing newer."""
        assert self.entries is not None
        before = re.search(r"before=(\d+)", request.url)
        if "after=" in request.url:
            return {"entries": []}
        older = [entry for entry in self.entries if before is None or entry["seq"] < int(before[1])]
        held = older[-40:]
        return {"entries": held, "more": len(held) < len(older)}

    def _changed(self, told: Any) -> Any:
        """The same with every summary of the conversation as the tests want it."""
        if isinstance(told, list):
            return [self._changed(each) for each in told]
        if not isinstance(told, dict):
            return told
        told = {key: self._changed(value) for key, value in told.items()}
        if told.get("id") != self.conversation or "mode" not in told:
            return told
        contact = told["contact"] | self.summary.get("contact", {})
        return told | {key: value for key, value in self.summary.items() if key != "contact"} | {"contact": contact}

    def _socket(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        server.on_message(lambda text: line.send(json.dumps(self._changed(json.loads(text)))))

    def _file(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        made = {".wav": ("audio/wav", sound()), ".pdf": ("application/pdf", pictures.PDF)}
        made |= {".mp4": ("video/mp4", pictures.MP4)}
        kind, body = made.get(path[-4:], ("image/png", pictures.png(640, 400)))
        wanted = re.match(r"bytes=(\d+)-(\d*)", route.request.headers.get("range", ""))
        if wanted is None:
            return route.fulfill(body=body, content_type=kind, headers={"Accept-Ranges": "bytes"})
        first, last = int(wanted[1]), int(wanted[2] or len(body) - 1)
        headers = {"Content-Range": f"bytes {first}-{last}/{len(body)}", "Accept-Ranges": "bytes"}
        route.fulfill(status=206, body=body[first : last + 1], headers=headers | {"Content-Type": kind})


def opened(
    tab: Tabs, person: Person, conversation: str, entries: list[dict[str, Any]] | None = None, **more: Any
) -> Any:
    """A tab on this conversation with the stand-in before it. `more`: of the summary; `options`: of the browser."""
    options = more.pop("options", {})
    answers = more.pop("answers", {})
    page = tab("", person, **options)
    standin = Standin(page, conversation, **more)
    standin.entries = entries
    for (method, path), body in answers.items():
        standin.answer(method, path, body)
    page.goto(f"/inbox/{conversation}")
    inbox = Inbox(page)
    expect(page.locator(".link-dot[data-link=live]")).to_be_attached()  # behind the conversation on a phone
    return inbox, standin


class Told:
    """Entries, one after the other, as frames tell them."""

    def __init__(self, first: int = 1) -> None:
        self.entries: list[dict[str, Any]] = []
        self._next = first

    def say(self, text: str = "", sender: str = "contact", **more: Any) -> dict[str, Any]:
        seq, self._next = self._next, self._next + 1
        entry: dict[str, Any] = {"seq": seq, "rev": seq, "at": f"2026-11-21T0{seq // 60 % 10}:{seq % 60:02d}:00Z"}
        entry |= {"type": "message", "direction": "in" if sender == "contact" else "out", "sender": sender}
        entry |= {"agent": None, "kind": "text", "text": text, "prompt": "", "options": [], "content": None}
        entry |= {"status": "received" if sender == "contact" else "delivered", "error": None, "client_id": None}
        entry |= {"why": None, "quoted": None, "reactions": [], "edited": None, "deleted": None, "author": None}
        entry |= {"forwarded": False, "details": None} | more
        self.entries.append(entry)
        return entry

    def file(self, kind: str, name: str, sender: str = "contact", **more: Any) -> dict[str, Any]:
        content = {"kind": kind, "name": name, "mime": "", "size": 123_456, "state": "ready", "file": f"f{self._next}"}
        content |= {"url": f"/files/f{self._next}/{name}", "thumb": None}
        if kind in ("image", "sticker"):
            content |= {"width": 640, "height": 400, "thumb": f"/files/f{self._next}/thumb"}
        around = {key: more.pop(key) for key in ("quoted", "reactions", "status", "deleted", "agent") if key in more}
        caption = f" {more['caption']}" if "caption" in more else ""
        return self.say(f"[{kind}]{caption}", sender, kind=kind, content=content | more, **around)
