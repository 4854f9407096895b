"""What hundreds of tests do again and again is done once for each process.

Only what comes of the same input every time is kept: compiled flows, routes, templates and statements, the machine's
certificates. No test sees what another one stored, asked or answered.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from httpx._transports import default
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from roms import connecting
from roms.engine import flowfile
from roms.engine.book import Known
from roms.engine.flow import Release
from roms.services import accounts

STATEMENTS = 3000


@contextmanager
def everything() -> Iterator[None]:
    """For as long as this block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        for made_cheaper in (flows, passwords, routes, pages, statements, certificates):
            made_cheaper(patch)
        yield


def flows(patch: pytest.MonkeyPatch) -> None:
    """The same flows are compiled once: what comes of them is a value."""
    compile_release, kept = flowfile.compile_release, dict[tuple[str, int], Release]()

    def compiled(files: flowfile.Files, number: int = 0, known: Known | None = None) -> Release:
        if known is not None:
            return compile_release(files, number, known)
        key = flowfile.release_hash(files), number
        if key not in kept:
            kept[key] = compile_release(files, number)
        return kept[key]

    patch.setattr(flowfile, "compile_release", compiled)


def passwords(patch: pytest.MonkeyPatch) -> None:
    """They are hashed with next to no work."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(accounts, "hasher", lambda: hasher)


def routes(patch: pytest.MonkeyPatch) -> None:
    """Werkzeug writes and compiles two functions for each of a hundred routes of every application."""
    compile_rule, kept = Rule.compile, dict[Any, Rule]()

    def compiled(self: Rule) -> None:
        key = self.rule, self.host, self.subdomain, self.merge_slashes, repr(self.defaults)
        if (known := kept.get(key)) is None:
            compile_rule(self)
            kept[key] = self
            return
        for name in ("arguments", "_parts", "_trace", "_converters"):
            setattr(self, name, getattr(known, name))
        for name in ("_build", "_build_unknown"):
            setattr(self, name, getattr(known, name).__func__.__get__(self))

    patch.setattr(Rule, "compile", compiled)


class _Kept(BytecodeCache):
    """By the template's name and the checksum of its source."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._codes.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def pages(patch: pytest.MonkeyPatch) -> None:
    """Every application compiles its templates anew."""
    patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": _Kept()})


def statements(patch: pytest.MonkeyPatch) -> None:
    """SQLAlchemy keeps what it compiled for each engine, and every test has one of its own: they share what is for the
    same kind and version of database, read and written by the same functions."""
    engine_options, kept = connecting.engine_options, LRUCache[Any, Any](STATEMENTS)

    def sharing(url: str) -> dict[str, Any]:
        return engine_options(url) | {"execution_options": {"compiled_cache": kept}}

    def sort(dialect: Any) -> tuple[Any, ...]:
        version = getattr(dialect, "server_version_info", id(dialect))  # none: it has not met its server yet
        return type(dialect), version, dialect._json_serializer, dialect._json_deserializer

    def same(dialect: Any, other: object) -> bool:
        return dialect is other or (isinstance(other, DefaultDialect) and sort(dialect) == sort(other))

    patch.setattr(connecting, "engine_options", sharing)
    patch.setattr(DefaultDialect, "__eq__", same)
    patch.setattr(DefaultDialect, "__hash__", lambda self: hash(sort(self)))


def certificates(patch: pytest.MonkeyPatch) -> None:
    """Every client of httpx reads the certificates of all authorities, 24 ms, for addresses on the loopback too."""
    create, kept = default.create_ssl_context, dict[Any, ssl.SSLContext]()

    def shared(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
        if verify is not True or cert is not None:
            return create(verify=verify, cert=cert, trust_env=trust_env)
        key = trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
        if key not in kept:
            kept[key] = create(trust_env=trust_env)
        return kept[key]

    patch.setattr(default, "create_ssl_context", shared)
