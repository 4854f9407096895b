"""The table of docs/operations.md that says who may ask for which address: `python -m tools.rights` writes it anew."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from flask import Flask

from roms.config import ROOT
from roms.web import rights

PAGE = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- written by `python -m tools.rights` -->", "<!-- to here -->"


def table(app: Flask) -> str:
    """A line for each route, those for the fewest last."""
    lines = []
    for rule in app.url_map.iter_rules():
        right = rights.of(app, rule.endpoint)
        assert right is not None, rule.rule
        order = list(rights.Who).index(right.who), right.confirmed
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"<\1>", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            lines.append((order, path, f"| `{method} {path}` | {right.told} |"))
    return "\n".join([BEGIN, "| address | for |", "|---|---|", *(line for _, _, line in sorted(lines)), END])


def written(page: str, app: Flask) -> str:
    """The page with the table as it is to be."""
    before, _, rest = page.partition(BEGIN)
    return before + table(app) + rest.partition(END)[2]


def main(page: Path = PAGE) -> None:
    from roms.app import create_app
    from roms.config import Config

    keys = {"ROMS_SECRET_KEY": "0" * 32, "ROMS_CREDENTIALS_KEY": "0" * 43 + "="}
    with tempfile.TemporaryDirectory() as folder:
        environ = {"DATABASE_URL": f"sqlite:///{folder}/none.db", "REDIS_URL": "redis://127.0.0.1:1/0"}
        app = create_app(Config.from_environ(environ | keys | {"ROMS_INSTANCE": "trial"}))
        page.write_text(written(page.read_text(), app))


if __name__ == "__main__":
    main()
