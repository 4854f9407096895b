"""The documentation, readable in the trial."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from flask import Blueprint
from flask.typing import ResponseReturnValue

from roms.config import ROOT
from roms.errors import NotFound
from roms.web import i18n, pages
from roms.web.rights import ANYONE, may

bp = Blueprint("docs", __name__)
bp.before_request(pages.trial_only)

FOLDER = ROOT / "docs"
FIRST = "architecture"
TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)
HEADING = re.compile(r"<h([2-6])>(.*?)</h\1>")
LINK = re.compile(r'href="(?:\./)?([a-z0-9-]+)\.md(#[^"]*)?"')


@bp.get("/docs", defaults={"name": ""})
@bp.get("/docs/<name>")
@may(ANYONE)
def show(name: str) -> ResponseReturnValue:
    files = {file.stem: file for file in sorted(FOLDER.glob("*.md"))}
    chosen = files.get(name) if name else files.get(FIRST, next(iter(files.values()), None))
    if chosen is None:
        raise NotFound
    listed = [{"href": f"/docs/{stem}", "title": title(file)} for stem, file in files.items()]
    return i18n.page("docs.html", title=title(chosen), body=rendered(chosen), pages=listed)


def title(file: Path) -> str:
    """The first heading, else the file's name."""
    found = TITLE.search(file.read_text(encoding="utf-8"))
    return found[1].strip() if found else file.stem


def rendered(file: Path) -> str:
    """The file as HTML; HTML written into it stays text."""
    from markdown_it import MarkdownIt  # only readers of the documentation need it

    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(file.read_text(encoding="utf-8"))
    html = HEADING.sub(lambda found: f'<h{found[1]} id="{anchor(found[2])}">{found[2]}</h{found[1]}>', html)
    return LINK.sub(lambda link: f'href="/docs/{link[1]}{link[2] or ""}"', html)


def anchor(heading: str) -> str:
    """What links call a heading, as GitHub makes it."""
    words = unescape(re.sub(r"<[^>]+>", "", heading)).lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
