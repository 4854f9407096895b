"""The first look at a file: does it have the shape of a flow or a lifecycle? By JSON Schema, with our own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from roms.engine.problems import Problem, Spot, found
from roms.engine.scope import LEARNED
from roms.engine.types import JSON
from roms.engine.yamltext import Document, Path

_KINDS = {
    "object": ("a mapping", "pemetaan (kunci: nilai)"),
    "array": ("a list", "daftar"),
    "string": ("text", "teks"),
    "integer": ("a whole number", "bilangan bulat"),
    "number": ("a number", "angka"),
    "boolean": ("true or false", "true atau false"),
}


@cache
def _validator(schema: str) -> Draft202012Validator:
    text = files("roms.engine").joinpath(schema).read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def misshapen(document: Document, schema: str) -> list[tuple[Path, Problem]]:
    """Every departure from the schema, with the path of the value that is wrong."""
    return [
        (tuple(error.absolute_path), problem)
        for error in _validator(schema).iter_errors(document.data)
        for problem in _problems(document, error)
    ]


def _problems(document: Document, error: ValidationError) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    at = document.at(path)
    rule, limit, value = str(error.validator), cast(Any, error.validator_value), cast(Any, error.instance)
    if rule == "additionalProperties":
        known = cast(JSON, error.schema).get("properties", {})
        for word in sorted(set(value) - set(known)):
            code = "yaml-comma" if value[word] is None and document.inline(path) else "shape-unknown"
            yield found(document.at((*path, word), key=True), code, word=str(word)[:60], known=known)
    elif rule == "required":
        for word in (each for each in limit if each not in value):
            if f"{word!r} is a required" in error.message:
                yield found(document.at(path, key=True), "shape-required", word=word)
    elif rule == "not":
        yield found(document.at((*path, "choices"), key=True), "shape-unknown", word="choices")
    elif rule == "pattern" and "propertyNames" in error.absolute_schema_path:
        about_contact = str(value).startswith("contact.")
        known, code = (LEARNED, "unknown-contact") if about_contact else ((), "shape-name")
        yield found(document.at((*path, str(value)), key=True), code, word=str(value)[:60], known=known)
    else:
        yield _single(at, rule, limit, value, error)


def _single(at: Spot, rule: str, limit: Any, value: Any, error: ValidationError) -> Problem:
    if rule == "type" and "d)?" in str(cast(JSON, error.schema).get("pattern")):
        return found(at, "duration", word=str(value)[:60])
    if rule == "type":
        kinds = [_KINDS.get(kind, (kind, kind)) for kind in ([limit] if isinstance(limit, str) else limit)]
        english, indonesian = (" or ".join(names) for names in zip(*kinds, strict=True))
        return found(at, "shape-type", wanted=english, wanted_id=indonesian.replace(" or ", " atau "))
    if rule == "enum":
        return found(at, "shape-choice", word=str(value)[:60], known=limit, choices=", ".join(limit))
    if rule == "const":
        return found(at, "shape-type", wanted="`true`", wanted_id="`true`")
    if rule == "pattern":
        code = "shape-name" if limit.startswith("^[A-Z") and "." not in limit else "shape-pattern"
        return found(at, "duration" if "d)?" in limit else code, word=str(value)[:60])
    if rule in ("minLength", "minItems", "minProperties"):
        return found(at, "shape-empty")
    if rule in ("maxLength", "maxItems", "maxProperties"):
        return found(at, "shape-long", most=limit)
    if rule in ("minimum", "maximum"):
        schema = cast(JSON, error.schema)
        return found(at, "shape-range", least=schema.get("minimum"), most=schema.get("maximum"))
    return found(at, "shape-other", why=error.message[:100])
