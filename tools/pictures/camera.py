"""Chromium's windows and what is taken of them: single pictures, and sheets of several side by side."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tools.pictures.instance import URL
from tools.places import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

PICTURES = ROOT / "docs" / "images"
LARGEST = 200_000  # bytes; a README should open at once
WINDOW: ViewportSize = {"width": 1440, "height": 860}
PHONE: ViewportSize = {"width": 360, "height": 740}
SHEET = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 14px; background: #dcdcd7; color: #1c2429; }
body { font: 600 15px/1.3 "Liberation Sans", Arial, sans-serif; }
main { columns: %d; column-gap: 14px; width: max-content; }
figure { margin: 0 0 14px; break-inside: avoid; } figcaption { padding: 2px 2px 6px; } img { display: block; }
</style><main>%s</main>"""


class Shot(NamedTuple):
    """One picture of a sheet, and what stands above it."""

    png: bytes
    title: str = ""

    @property
    def figure(self) -> str:
        """As it stands in the sheet."""
        title = f"<figcaption>{html.escape(self.title)}</figcaption>" if self.title else ""
        return f'<figure>{title}<img src="data:image/png;base64,{base64.b64encode(self.png).decode()}"></figure>'


def page(browser: Browser, path: str, window: ViewportSize = WINDOW) -> Page:
    """A page in a window and a profile of its own."""
    opened = browser.new_context(viewport=window, locale="id-ID", color_scheme="light", base_url=URL).new_page()
    opened.goto(path)
    return opened


def sign_in(browser: Browser, login: str, password: str, window: ViewportSize = WINDOW) -> Page:
    """Somebody's inbox."""
    opened = page(browser, "/login", window)
    opened.get_by_label("Nama masuk").fill(login)
    opened.get_by_label("Kata sandi").fill(password)
    opened.get_by_role("button", name="Masuk").click()
    opened.get_by_role("img", name="Tersambung langsung").wait_for()
    return opened


def shot(opened: Page, part: str = "", title: str = "") -> Shot:
    """The window, or the part of it that this selector finds."""
    target = opened.locator(part) if part else opened
    return Shot(target.screenshot(animations="disabled"), title)


def take(opened: Page, name: str) -> None:
    """One picture of the window."""
    keep(shot(opened).png, name)


def sheet(browser: Browser, shots: Sequence[Shot], columns: int, name: str) -> None:
    """Several pictures on one, from the first column's top downwards."""
    opened = browser.new_page(viewport={"width": 400, "height": 300})
    opened.set_content(SHEET % (columns, "".join(one.figure for one in shots)))
    width, height = opened.evaluate("[document.querySelector('main').offsetWidth + 28, document.body.scrollHeight]")
    opened.set_viewport_size({"width": width, "height": height})
    keep(opened.screenshot(full_page=True), name)
    opened.close()


def keep(png: bytes, name: str) -> None:
    """Into docs/images; what is too large in 256 colours, which is a third of the bytes."""
    from PIL import Image

    if len(png) > LARGEST:
        packed = io.BytesIO()
        picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        picture.save(packed, "PNG", optimize=True)
        png = packed.getvalue()
    print(f"docs/images/{name}  {len(png):,} bytes")
    if len(png) > LARGEST:
        raise SystemExit(f"{name} is larger than {LARGEST:,} bytes")
    (PICTURES / name).write_bytes(png)
