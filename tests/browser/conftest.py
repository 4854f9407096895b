"""One Chromium and one running instance for all browser tests, gone with the last of them; every page is watched."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, WebError, expect, sync_playwright

from tests.browser.pages import DESKTOP, Chat, Inbox
from tests.browser.stage import LONGEST, Person, Stage
from tests.browser.wire import Wire

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The machine's own browser."""
    path = os.environ.get("ROMS_CHROMIUM") or os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("no Chromium: run ./dev test, or set ROMS_CHROMIUM to a browser's path")
    expect.set_options(timeout=LONGEST * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("browser") / "var") as stage:
        yield stage


class Tabs:
    """Opens pages, each in a browser profile of its own, and writes down what goes wrong in any of them."""

    def __init__(self, chromium: Browser, stage: Stage) -> None:
        self._chromium, self._stage = chromium, stage
        self._open: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.expected: list[str] = []

    def __call__(self, path: str = "", person: Person | None = None, url: str = "", **options: Any) -> Page:
        """A page at a path, for a person who is signed in or for nobody."""
        url = url or self._stage.url
        context = self._chromium.new_context(**{"viewport": DESKTOP, "locale": "id-ID", "base_url": url} | options)
        self._open.append(context)
        context.set_default_timeout(LONGEST * 1000)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        if person:
            context.add_cookies(person.cookies(url))  # type: ignore[arg-type]
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def inbox(self, person: Person, conversation: str = "", **options: Any) -> Inbox:
        """An agent's tab, live, with every conversation in its list."""
        inbox = Inbox(self(f"/inbox/{conversation}".rstrip("/"), person, **options))
        expect(inbox.live).to_be_attached()
        return inbox

    def shop(self, **options: Any) -> Chat:
        """The sample shop's page with its chat open."""
        return Chat(self("/shop", **options)).open()

    def expect(self, *patterns: str) -> None:
        """Complaints that this test provokes."""
        self.expected += patterns

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def close(self) -> None:
        """The pages go, and nothing may have been complained of that was not expected."""
        for context in self._open:
            context.close()
        unforeseen = [text for text in self.complaints if not any(re.search(one, text) for one in self.expected)]
        assert not unforeseen, "\n".join(unforeseen)


@pytest.fixture
def tab(chromium: Browser, stage: Stage) -> Iterator[Tabs]:
    tabs = Tabs(chromium, stage)
    yield tabs
    tabs.close()


@pytest.fixture
def wire(stage: Stage) -> Iterator[Wire]:
    """A network between a browser and the instance that can be cut."""
    with Wire(stage.instance.port) as wire:
        yield wire
