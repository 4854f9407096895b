"""WAHA's published contract as a server: it takes no request that is not in there, and answers as a test says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

FIXTURES = Path(__file__).parents[1] / "fixtures" / "waha"
OPENAPI = json.loads((FIXTURES / "openapi.waha.json").read_text())


class Waha:
    """What was asked stands in `asked`; `answers` is used up from the front, and the last one again and again."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers) or [recorded("send_ok")]
        self.asked: list[tuple[str, str, Any]] = []
        self.client = httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        check(request.method, request.url.path, body)
        assert request.headers["x-api-key"] == "kunci-uji"
        self.asked.append((request.method, request.url.raw_path.decode(), body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def check(method: str, path: str, body: Any) -> None:
    """Refuse a request that the contract does not know, or whose body it does not take."""
    operation = next(
        (at[method.lower()] for known, at in OPENAPI["paths"].items() if _fits(known, path) and method.lower() in at),
        None,
    )
    assert operation is not None, f"WAHA knows no {method} {path}"
    taken = operation.get("requestBody")
    assert bool(taken) == (body is not None), f"{method} {path} with{'out' if taken else ''} a body"
    if taken:
        schema = taken["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": OPENAPI["components"]}).validate(body)


def recorded(name: str) -> httpx.Response:
    answer = json.loads((FIXTURES / "send" / f"{name}.response.json").read_text())
    return httpx.Response(answer["http_status"], json=answer["body"])


def _fits(known: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(known)), path) is not None
