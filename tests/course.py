"""The course in docs/flows.md, as who follows it reads it: files to save, mistakes to make, commands to type."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskCliRunner

from roms.config import ROOT

PAGE = ROOT / "docs" / "flows.md"
ANYTHING = "…"  # in an output: what differs from day to day, or is left out

_LESSON = re.compile(r"^## ", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w+)(?: ([\w./-]+))?( wrong)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"( *)(?:- \{key: \w+,|- \{\w+:|[\w-]+:)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the page: `yaml` with the file it is, `console` with commands and outputs, `chat` with messages."""

    kind: str
    file: str
    is_wrong: bool
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What stands under one heading."""

    title: str
    text: str

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(Block(hit[1], hit[2] or "", bool(hit[3]), hit[4]) for hit in _BLOCK.finditer(self.text))


def lessons(page: str) -> tuple[Lesson, ...]:
    """The parts of the page in their order, also those around the lessons."""
    return tuple(Lesson(part.partition("\n")[0], part) for part in _LESSON.split(page))


def commands(console: str) -> Iterator[tuple[str, str]]:
    """Each command with the output that stands below it."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output.rstrip("\n")


def fits(expected: str, got: str) -> bool:
    """The same, line for line; `…` stands for anything, alone on a line for any lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line == ANYTHING else ".*".join(map(re.escape, line.split(ANYTHING))) + "\n"
        for line in expected.splitlines()
    )
    return re.fullmatch(pattern, got.rstrip("\n") + "\n" if got.strip() else "") is not None


@dataclass(frozen=True, slots=True)
class Desk:
    """The folder in which somebody follows the course."""

    place: Path
    runner: FlaskCliRunner

    def save(self, block: Block) -> Callable[[], None]:
        """A whole file, or the part of it that changes; what is given back undoes it."""
        path = self.place / block.file
        before = path.read_text(encoding="utf-8") if path.exists() else None
        is_whole = block.text.startswith(("flow:", "hours:", "- test:"))
        path.write_text(block.text if is_whole else changed(before or "", block.text), encoding="utf-8")
        return path.unlink if before is None else lambda: path.write_text(before, encoding="utf-8") and None

    def prepare(self, block: Block) -> None:
        """What one needs of a lesson for the next: its files without the mistakes, folders made, pictures copied."""
        if block.kind == "console":
            for command in (each for each, _ in commands(block.text) if not each.startswith("flask ")):
                self.type(command)
        elif block.kind == "yaml" and not block.is_wrong:
            self.save(block)

    def follow(self, block: Block) -> list[str]:
        """Type the commands of a console; what came out otherwise than the page says."""
        found = []
        for command, expected in commands(block.text):
            got = self.type(command)
            if not fits(expected, got):
                found.append(f"$ {command}\n{got}")
        return found

    def type(self, command: str) -> str:
        words = shlex.split(command)
        if words[0] == "flask":
            return self.runner.invoke(args=words[1:]).output
        if words[0] == ".":  # the environment of the tests is there already
            return ""
        return subprocess.run(words, cwd=self.place, check=True, capture_output=True, text=True).stdout


def changed(text: str, part: str) -> str:
    """The file with this part, a step or an option, in the place of the one that begins alike."""
    key = _KEY.match(part)
    assert key, part
    old = re.compile(rf"^{re.escape(key[0])}.*\n(?:{key[1]} .*\n|\n)*", re.MULTILINE)
    assert len(old.findall(text)) == 1, f"not once in the file: {key[0]}"
    return old.sub(lambda _: part, text)
