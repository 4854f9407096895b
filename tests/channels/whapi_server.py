"""A Whapi that answers what a test tells it to, and takes no request that its contract does not know."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import jsonschema

CONTRACT = json.loads((Path(__file__).parent / "whapi_contract.json").read_text())
SENT = {"sent": True, "message": {"id": "p.1-g2"}}


class Whapi:
    """What was asked stands in `asked`; `answers` is used up from the front, and the last one again and again."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers) or [httpx.Response(201, json=SENT)]
        self.asked: list[tuple[str, str, Any]] = []
        self.client = httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        check(request.method, request.url.path, body)
        assert request.headers["authorization"] == "Bearer token-uji"
        self.asked.append((request.method, request.url.raw_path.decode(), body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def check(method: str, path: str, body: Any) -> None:
    """Refuse what Whapi would not know."""
    known = [schema for request, schema in CONTRACT["requests"].items() if re.fullmatch(request, f"{method} {path}")]
    assert known, f"Whapi knows no {method} {path}"
    jsonschema.validate(body, {**known[-1], "$defs": CONTRACT["$defs"]})


def recorded(path: Path) -> httpx.Response:
    answer = json.loads(path.read_text())
    return httpx.Response(answer["http_status"], json=answer["body"])
