"""A YAML file as a tree whose every part knows where it stands, and the edits of its text that mistakes are made of.

The text is edited, never written anew: comments, order and lines stay as they are, so that a finding names a line that
a person can look at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

Path = tuple[str | int, ...]


@dataclass(slots=True, eq=False)
class Twig:
    """A value, with its key or its place in a list: `text[start:end]`, the value alone `text[at:end]`."""

    path: Path
    start: int
    at: int
    end: int
    line: int
    scalar: str | None  # what a scalar says, None for a mapping or a list
    parent: Twig | None = None
    children: list[Twig] = field(default_factory=list)

    @property
    def name(self) -> str | int:
        return self.path[-1] if self.path else ""

    @property
    def where(self) -> str:
        return ".".join(map(str, self.path))

    def child(self, name: str) -> Twig | None:
        return next((each for each in self.children if each.name == name), None)

    def walk(self) -> Iterator[Twig]:
        """This one and everything below, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()


def grown(text: str) -> Twig:
    """The tree of a file that the loader accepts."""
    node = yaml.compose(text, yaml.CSafeLoader)
    assert node is not None, "the loader refuses empty files"
    return _twig(text, node, (), node.start_mark.index, None)


def _twig(text: str, node: yaml.Node, path: Path, start: int, parent: Twig | None) -> Twig:
    at, scalar = node.start_mark.index, node.value if isinstance(node, yaml.ScalarNode) else None
    twig = Twig(path, start, at, node.end_mark.index, text.count("\n", 0, start) + 1, scalar, parent)
    if isinstance(node, yaml.MappingNode):
        below = [(key.value, key.start_mark.index, value) for key, value in node.value]
    else:
        items = node.value if scalar is None else ()
        below = [(number, item.start_mark.index, item) for number, item in enumerate(items)]
    twig.children = [_twig(text, value, (*path, name), begin, twig) for name, begin, value in below]
    if twig.children and getattr(node, "flow_style", None) is False:
        twig.end = twig.children[-1].end  # a block's own mark stands at whatever comes next
    while twig.end > at and text[twig.end - 1].isspace():
        twig.end -= 1
    return twig


def without(text: str, twig: Twig) -> str | None:
    """The text without this entry; None where nothing would be left around it."""
    siblings = twig.parent.children if twig.parent else []
    if len(siblings) < 2:
        return None
    number = siblings.index(twig)
    if number + 1 < len(siblings):
        return text[: twig.start] + text[siblings[number + 1].start :]
    return text[: siblings[number - 1].end] + text[twig.end :]


def put(text: str, twig: Twig, value: str | int | list[str]) -> str:
    """The text with another value here; quoted, because it may hold anything."""
    new = json.dumps(value, ensure_ascii=False)
    return text[: twig.at] + new + text[twig.end :]


def substituted(text: str, twig: Twig, span: tuple[int, int], new: str) -> str:
    """The text with a part of this value changed as it is written; the span counts within `source(text, twig)`."""
    return text[: twig.at + span[0]] + new + text[twig.at + span[1] :]


def source(text: str, twig: Twig) -> str:
    """The value as it is written, quotes and all."""
    return text[twig.at : twig.end]


def swapped(text: str, first: Twig, second: Twig, *, keys: bool = False) -> str:
    """The text with two values, or two whole entries, in each other's place."""
    begin, then = (first.start, second.start) if keys else (first.at, second.at)
    one, other = text[begin : first.end], text[then : second.end]
    return text[:begin] + other + text[first.end : then] + one + text[second.end :]
