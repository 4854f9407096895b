"""Does anybody notice? The checker first, then the flow tests; what changes nothing is no mistake."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from bench.mutation.kinds import mutants
from bench.mutation.sheet import Mutant, Sheet
from roms.engine import rehearsal, script
from roms.engine.flowfile import FlowErrors, compile_release
from roms.engine.media import split
from roms.engine.problems import Problem
from roms.engine.yamltext import read
from roms.services.publishing import files_in

CHECKER, TESTS, EQUIVALENT, SURVIVED = "checker", "tests", "equivalent", "survived"


class Folder:
    """Flows with their lifecycle and their tests, all of it sound; mistakes are tried on copies in memory."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._files, self._media = split(files_in(path))
        tests = path / "tests"
        self._scripts = script.scripts({f"tests/{file}": text for file, text in split(files_in(tests))[0].items()})
        release = compile_release({**self._files, **self._media})
        self._warnings = _counted(release.warnings)
        self._texts = {file: text for file, text in self._files.items() if isinstance(text, str)}
        self._meanings = {file: meaning(file, text) for file, text in self._texts.items()}
        if any(rehearsal.run(release, each).mismatches for each in self._scripts):
            raise SystemExit(f"the tests of {name} fail before any mistake is made")

    def mutants(self, seen: set[str]) -> list[Mutant]:
        """Every mistake that can be made in files whose text was not seen before."""
        fresh = {file: text for file, text in self._texts.items() if text not in seen}
        seen.update(fresh.values())
        return [each for file, text in fresh.items() for each in mutants(Sheet.of(file, text))]

    def verdict(self, mutant: Mutant) -> str:
        """Who notices."""
        if meaning(mutant.file, mutant.text) == self._meanings[mutant.file]:
            return EQUIVALENT
        try:
            release = compile_release({**self._files, **self._media, mutant.file: mutant.text})
        except FlowErrors:
            return CHECKER
        if _counted(release.warnings) - self._warnings:
            return CHECKER
        noticed = any(rehearsal.run(release, each).mismatches for each in self._scripts)
        return TESTS if noticed else SURVIVED


def _counted(warnings: tuple[Problem, ...]) -> Counter[tuple[str, str, str]]:
    """Without their lines, which move when something is dropped above them."""
    return Counter((each.file, each.code, each.message) for each in warnings)


def meaning(file: str, text: str) -> Any:
    """What the file says, with everything spelled out that may be left unsaid: two ways to say it are equal."""
    document = read(file, text)
    return text if isinstance(document, Problem) else _spelled_out(document.data)


LEAVING = frozenset(("menu", "branch", "go", "handoff", "close"))  # controls that never run on into the next step
USUAL: dict[str, Any] = {"retries": 2, "as": "text", "priority": ("normal", 0), "interrupt": False, "return": False}


def _spelled_out(value: Any) -> Any:
    """Without what is usual anyway; steps keep their order, because they run in it."""
    if isinstance(value, list):
        return [_spelled_out(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _spelled_out(each) for name, each in value.items() if not _is_usual(name, each)}
    if isinstance(plain.get("steps"), dict):
        plain["steps"] = _walked(plain["steps"])
    for name in ("keywords", "words"):
        if isinstance(plain.get(name), list):
            plain[name] = sorted(map(str, plain[name]))
    return plain


def _is_usual(name: str, value: Any) -> bool:
    usual = USUAL.get(name)
    if isinstance(value, dict | list) or name not in USUAL:
        return False
    return value in usual if isinstance(usual, tuple) else value == usual


def _walked(steps: dict[str, Any]) -> dict[str, Any]:
    """Each step with what comes next; only where one runs on into another does it matter in which order they stand."""
    names = list(steps)
    found: dict[str, Any] = {"first": names[0]} if names else {}
    for (name, step), following in zip(steps.items(), [*names[1:], None], strict=True):
        plain = dict(step) if isinstance(step, dict) else {"step": step}
        if plain.get("end") is True:
            del plain["end"]
            following = None
        elif not LEAVING.isdisjoint(plain):
            following = None
        found[f"step {name}"] = (plain, plain.pop("go", following))
    return found
