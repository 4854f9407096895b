"""YAML as authors mean it: plain scalars, no machinery, and the line and column of everything that was read.

The event scan refuses what could blow up before anything is built: a 306-byte file can describe 387 million leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from roms.engine import yamlslips
from roms.engine.problems import Problem, Spot, found

MOST_BYTES = 256 * 1024
DEEPEST = 20
MOST_NODES = 20_000

Path = tuple[str | int, ...]
_RESOLVED = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"-?(?:0|[1-9][0-9]{0,14})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}", "-0123456789"),
)


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """By first character, as PyYAML wants it."""
    filed: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for name, shape, first in _RESOLVED:
        for character in first:
            filed.setdefault(character, []).append((f"tag:yaml.org,2002:{name}", re.compile(f"^(?:{shape})$")))
    return filed


class _Loader(yaml.CSafeLoader):
    """Knows only true, false, null, integers and decimals; all else is text: `no`, `17:00`, `08123`, `+62812`."""

    yaml_implicit_resolvers = _resolvers()


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: plain values, and where each key and value stands."""

    file: str
    data: Any
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    shifts: dict[Path, int] = field(default_factory=dict)  # columns from a value's mark to its text, if on one line
    braced: set[Path] = field(default_factory=set)  # maps that were written within braces

    def inline(self, path: Path) -> bool:
        """Was this map written within braces?"""
        return path in self.braced

    def at(self, path: Path, *, key: bool = False, offset: int | None = None) -> Spot:
        """Where a value (or its key, or a place in its text) stands; where it is missing, whatever is around it."""
        step = _step(path)
        shift = self.shifts.get(path)
        within = offset + shift if offset is not None and shift is not None else 0
        while path:
            mark = (self.keys.get(path) if key else None) or self.values.get(path)
            if mark:
                return Spot(self.file, mark[0], mark[1] + within, step)
            path, key, within = path[:-1], True, 0
        return Spot(self.file, *self.values.get((), (1, 1)), step)


def _step(path: Path) -> str:
    return str(path[1]) if len(path) > 1 and path[0] == "steps" else ""


class _Unreadable(Exception):
    """What we do not read, although YAML would."""

    def __init__(self, code: str, mark: Any, **details: Any) -> None:
        super().__init__(code)
        self.code, self.mark, self.details = code, mark, details


def read(file: str, text: str) -> Document | Problem:
    """The document, or the first thing that keeps it from being one."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as problem:
        return found(_position(file, text, problem.start), "yaml-character")
    if size > MOST_BYTES:
        return found(Spot(file), "yaml-size", kilobytes=size // 1024)
    try:
        _scan(text)
        node = yaml.compose(text, _Loader)
        document = Document(file, None)
        if node is None:
            return found(Spot(file), "yaml-empty")
        return Document(
            file, _value(node, (), document), document.keys, document.values, document.shifts, document.braced
        )
    except _Unreadable as refused:
        return found(_spot(file, refused.mark), refused.code, **refused.details)
    except yaml.MarkedYAMLError as problem:
        if slip := yamlslips.told(text, problem):
            code, line, column, details = slip
            return found(Spot(file, line + 1, column + 1), code, **details)
        mark = problem.problem_mark or problem.context_mark
        return found(_spot(file, mark) if mark else Spot(file), "yaml", why=problem.problem or problem.context)
    except yaml.reader.ReaderError as problem:
        return found(_position(file, text, problem.position), "yaml-character")


def _spot(file: str, mark: Any) -> Spot:
    return Spot(file, mark.line + 1, mark.column + 1)


def _position(file: str, text: str, offset: int) -> Spot:
    before = text[:offset]
    return Spot(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _scan(text: str) -> None:
    """Walk the events; nothing is built yet, so nothing can grow."""
    depth = nodes = documents = 0
    for event in _events(text):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Unreadable("yaml-documents", event.start_mark)
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            _plain(event)
            if nodes > MOST_NODES:
                raise _Unreadable("yaml-nodes", event.start_mark, most=MOST_NODES)
            depth += isinstance(event, yaml.CollectionStartEvent)
            if depth > DEEPEST:
                raise _Unreadable("yaml-depth", event.start_mark, most=DEEPEST)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, _Loader)


def _plain(event: yaml.NodeEvent) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise _Unreadable("yaml-alias", event.start_mark, word=f"*{event.anchor}")
    if event.anchor is not None:
        raise _Unreadable("yaml-anchor", event.start_mark, word=f"&{event.anchor}")
    tag = getattr(event, "tag", None)
    if tag is not None:
        raise _Unreadable("yaml-tag", event.start_mark, word=str(tag)[:60])


def _value(node: yaml.Node, path: Path, document: Document) -> Any:
    document.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, number), document) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.start_mark.line == node.end_mark.line:
        document.shifts[path] = 1 if node.style in ("'", '"') else 0
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, document: Document) -> dict[str, Any]:
    """Keys are always text, as written. A key given twice is a slip that YAML would hide."""
    result: dict[str, Any] = {}
    if node.flow_style:
        document.braced.add(path)
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _Unreadable("yaml-key", key.start_mark)
        name = key.value
        if name == "<<":
            raise _Unreadable("yaml-merge", key.start_mark)
        if name in result:
            raise _Unreadable("yaml-twice", key.start_mark, word=name[:60], line=document.keys[(*path, name)][0])
        document.keys[(*path, name)] = (key.start_mark.line + 1, key.start_mark.column + 1)
        result[name] = _value(value, (*path, name), document)
    return result


def _scalar(node: yaml.Node) -> Any:
    kind, text = node.tag.rpartition(":")[2], str(node.value)
    if kind == "bool":
        return text[0] in "tT"
    if kind == "null":
        return None
    if kind == "int":
        return int(text)
    return float(text) if kind == "float" else text
