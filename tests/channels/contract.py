"""Is a request one that the provider documents? Judged by its OpenAPI extract: address, method, query and body.

    META = Contract("meta/openapi.meta.json", "meta/openapi.meta.more.json")
    client = httpx.Client(transport=META.guarding(answer))     # every request is judged before it is answered
    META.check(request)                                        # or one by one; AssertionError says what is wrong

The files are in tests/channels/fixtures. `under` is the path that a pretended provider stands below ("/meta").
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
from jsonschema import Draft202012Validator

FIXTURES = Path(__file__).parent / "fixtures"
FORM, MULTIPART, PLAIN = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
LOCAL = ("127.0.0.1", "localhost", "testserver")


class Contract:
    """The specifications of one provider."""

    def __init__(self, *files: str, under: str = "") -> None:
        self.documents = [_without_nullable(json.loads((FIXTURES / file).read_text())) for file in files]
        self.under = under
        self.seen: list[httpx.Request] = []

    def guarding(self, answer: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
        """A provider that answers only what it documents."""

        def judged(request: httpx.Request) -> httpx.Response:
            request.read()
            self.check(request)
            self.seen.append(request)
            return answer(request)

        return httpx.MockTransport(judged)

    def check(self, request: httpx.Request) -> None:
        """Raise AssertionError with every reason why this request is none that the provider documents."""
        path = request.url.path.removeprefix(self.under)
        found = [*self._operations(request.method.lower(), path, request.url)]
        assert found, f"{request.method} {request.url} is in no specification"
        reasons = [[*_faults(document, operation, values, request)] for document, operation, values in found]
        assert not all(reasons), f"{request.method} {path}: {min(reasons, key=len)}"

    def _operations(self, method: str, path: str, url: httpx.URL) -> Iterator[tuple[Any, Any, dict[str, str]]]:
        """Those of this address, the most literal ones only: /a/b stands before /a/{id}."""
        fitting = []
        for document in self.documents:
            for template, item in document["paths"].items():
                values = _values(template, path)
                if values is not None and method in item and _is_host(url, item):
                    shared = item.get("parameters", []) + item[method].get("parameters", [])
                    fitting.append((len(values), document, {**item[method], "parameters": shared}, values))
        fewest = min((count for count, *_ in fitting), default=0)
        yield from ((document, operation, values) for count, document, operation, values in fitting if count == fewest)


def _values(template: str, path: str) -> dict[str, str] | None:
    """The path's parameters, None where it is another path."""
    names = re.findall(r"\{([^}]+)\}", template)
    pattern = "([^/]+)".join(re.escape(part) for part in re.split(r"\{[^}]+\}", template))
    match = re.fullmatch(pattern, path)
    return dict(zip(names, map(unquote, match.groups()), strict=True)) if match else None


def _is_host(url: httpx.URL, item: Any) -> bool:
    hosts = {urlsplit(server["url"]).hostname for server in item.get("servers", [])}
    return not hosts or url.host in LOCAL or url.host in hosts


def _faults(document: Any, operation: Any, values: dict[str, str], request: httpx.Request) -> Iterator[str]:
    query = parse_qs(request.url.query.decode(), keep_blank_values=True)
    known = {(each["in"], each["name"]): each for each in (_resolved(document, raw) for raw in operation["parameters"])}
    for name in query:
        if ("query", name) not in known:
            yield f"the query has an unknown {name!r}"
    for (place, name), parameter in known.items():
        given = values.get(name) if place == "path" else query.get(name, [None])[0] if place == "query" else None
        if given is not None:
            yield from _broken(document, parameter.get("schema", {}), _read_as(parameter.get("schema", {}), given))
        elif parameter.get("required") and place in ("path", "query"):
            yield f"{name!r} is missing"
    yield from _body_faults(document, operation, request)


def _body_faults(document: Any, operation: Any, request: httpx.Request) -> Iterator[str]:
    wanted = _resolved(document, operation.get("requestBody", {})).get("content", {})
    kind = request.headers.get("content-type", "").partition(";")[0]
    if not wanted or (not request.content and kind not in wanted):
        if request.content or _resolved(document, operation.get("requestBody", {})).get("required"):
            yield f"there is {'a' if request.content else 'no'} body"
        return
    if kind not in wanted:
        yield f"the body is {kind}, not one of {[*wanted]}"
        return
    schema = _resolved(document, wanted[kind].get("schema", {}))
    if kind == PLAIN:
        yield from _broken(document, schema, json.loads(request.content))
        return
    form = _form(schema, request) if kind == FORM else _parts(request)
    yield from (f"the form has an unknown {name!r}" for name in form.keys() - schema.get("properties", {}).keys())
    yield from _broken(document, schema, form)


def _form(schema: Any, request: httpx.Request) -> dict[str, Any]:
    given = parse_qs(request.content.decode(), keep_blank_values=True, strict_parsing=True)
    schemas = schema.get("properties", {})
    is_list = {name: schemas.get(name, {}).get("type") == "array" for name in given}
    return {
        name: list_ if is_list[name] else _read_as(schemas.get(name, {}), list_[0]) if len(list_) == 1 else list_
        for name, list_ in given.items()
    }


def _parts(request: httpx.Request) -> dict[str, Any]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + request.content).get_payload()
    assert isinstance(parts, list)
    names = [part.get_param("name", header="content-disposition") for part in parts]
    assert len(set(names)) == len(names), "a part stands there twice"
    return {str(name): part.get_payload() for name, part in zip(names, parts, strict=True)}


def _read_as(schema: Any, text: str) -> Any:
    """Forms and addresses hold text; a number is one if it reads as one."""
    kind = schema.get("type")
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text) if "." in text else int(text)
    return text == "true" if kind == "boolean" and text in ("true", "false") else text


def _resolved(document: Any, raw: Any) -> Any:
    while "$ref" in raw:
        found = document
        for key in raw["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        raw = found
    return raw


def _broken(document: Any, schema: Any, value: Any) -> Iterator[str]:
    validator = Draft202012Validator({**schema, "components": document.get("components", {})})
    for error in validator.iter_errors(value):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def _without_nullable(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema says that null is one of the types."""
    if isinstance(node, list):
        return [_without_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: _without_nullable(value) for key, value in node.items()}
    return {"anyOf": [found, {"type": "null"}]} if found.pop("nullable", False) is True else found
