"""What keeps a file from being YAML, told as its author sees it: a parser names what it expected, not what was done."""

from __future__ import annotations

import re
from typing import Any

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_SMART = re.compile("(?<=[:-] )[“”„‘’]")
_NO_SPACE = re.compile(r"\s*(?:- )?[a-z_]+:(?=[^\s:/])")
_KEY_ALONE = re.compile(r"\s*(?:- )?[\w-]+$")
_ROW = ("did not find expected key", "did not find expected '-' indicator", "did not find expected <document start>")
_OPEN = ("did not find expected ',' or '}'", "did not find expected ',' or ']'", "did not find expected node content")

Told = tuple[str, int, int, dict[str, Any]]  # code, line and column from 0, details


def told(text: str, problem: Any) -> Told | None:
    """The slip behind a parser's complaint, where it was made; None when it is none of the common ones."""
    mark, began, why = problem.problem_mark, problem.context_mark, problem.problem or ""
    if mark is None:
        return None
    lines = _BREAK.split(text)
    line = lines[mark.line] if mark.line < len(lines) else ""
    if (tab := line.find("\t")) >= 0 and not line[:tab].strip():
        return "yaml-tab", mark.line, tab, {}
    if smart := _SMART.search(line):
        return "yaml-smart", mark.line, smart.start(), {"word": smart[0]}
    if "mapping values" in why:
        return _colon(line, mark)
    if "cannot start any token" in why:
        if line[mark.column : mark.column + 1] == "\t":
            return "yaml-tab", mark.line, mark.column, {}
        return "yaml-start", mark.line, mark.column, {"word": line[mark.column : mark.column + 1]}
    if (opened := _sign(lines, began)) and (told := _opened(why, opened, mark, began)):
        return told
    return _row(line, mark) if why in _ROW else None


def _sign(lines: list[str], mark: Any) -> str:
    return lines[mark.line][mark.column : mark.column + 1] if mark and mark.line < len(lines) else ""


def _colon(line: str, mark: Any) -> Told:
    if missing := _NO_SPACE.match(line):
        return "yaml-space", mark.line, missing.end() - 1, {}
    if _KEY_ALONE.match(line[: mark.column]):
        return "yaml-indent", mark.line, len(line) - len(line.lstrip()), {}
    return "yaml-colon", mark.line, mark.column, {}


def _opened(why: str, sign: str, mark: Any, began: Any) -> Told | None:
    """Something was begun at `began`, and its end is missing."""
    if "could not find expected ':'" in why:
        return "yaml-word", began.line, began.column, {}
    if "end of stream" in why or (why in _OPEN and mark.line > began.line and sign in "{["):
        return "yaml-open", began.line, began.column, {"word": sign}
    return ("yaml-inside", mark.line, mark.column, {}) if why in _OPEN else None


def _row(line: str, mark: Any) -> Told | None:
    """A key or a `-` was expected: the line stands elsewhere than its neighbours, or says more than it can."""
    before, sign = line[: mark.column].rstrip(), line[mark.column : mark.column + 1]
    if sign and sign in "}]":
        return "yaml-extra", mark.line, mark.column, {"word": sign}
    if not before:
        return "yaml-indent", mark.line, mark.column, {}
    return ("yaml-after", mark.line, mark.column, {}) if before[-1] in "'\"" else None
