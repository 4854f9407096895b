"""Who may import whom, and how large a thing may grow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from roms.config import ROOT

LAYERS: dict[str, set[str]] = {
    "engine": {"engine"},
    "channels": {"channels", "errors"},
    "models": {"models", "engine", "db", "errors"},
    "services": {
        "services",
        "models",
        "engine",
        "channels",
        "outside",
        "db",
        "errors",
        "clock",
        "crash",
        "queue",
        "config",
        "jsontext",
        "metrics",
        "moments",
        "secretbox",
        "spool",
        "storage",
    },
    "outside": {"outside"},
    "web": {"web", "services", "models", "engine", "channels", "db", "errors", "config", "queue", "clock", "metrics"},
    "jobs": {"services", "channels", "outside", "queue", "draining", "process"},
    "draining": {"services", "channels", "queue", "clock", "crash", "process"},
    "process": {"outside"},
    "db": {"connecting", "crash", "lifeline", "moments"},
    "moments": set(),
    "connecting": {"jsontext", "lifeline"},
    "lifeline": set(),
    "jsontext": set(),
    "clock": set(),
    "crash": set(),
    "config": {"outside", "secretbox"},
    "secretbox": set(),
    "storage": {"storage"},
    "spool": {"clock", "crash", "secretbox"},
    "errors": set(),
    "queue": set(),
    "listener": set(),
    "metrics": set(),
}
# The wiring and the outermost loops see everything.
EVERYTHING = {
    "app",
    "cli",
    "cli_aside",
    "cli_channels",
    "cli_crew",
    "cli_flows",
    "cli_hours",
    "cli_ledger",
    "cli_releases",
    "background",
}
EVERYTHING |= {"__init__"}

PYTHON = sorted(
    path
    for folder in ("roms", "tools", "tests", "bench")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
SOURCE = [path for path in PYTHON if path.is_relative_to(ROOT / "roms")]
OURS = [path for path in PYTHON if not path.is_relative_to(ROOT / "tests")]
SCRIPTS = sorted(path for path in (ROOT / "roms" / "web" / "static").rglob("*.js") if "vendor" not in path.parts)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCE, ids=name)
def test_a_layer_imports_only_what_it_may(path: Path) -> None:
    layer = path.relative_to(ROOT / "roms").parts[0].removesuffix(".py")
    if layer in EVERYTHING:
        return
    for module in imports(path):
        if module.startswith("roms."):
            assert module.split(".")[1] in LAYERS[layer], f"{layer} may not import {module}"


def test_the_database_is_changed_by_services_only() -> None:
    """A view that writes, or a model with a verb, is a second door."""
    for path in SOURCE:
        if "services" not in path.parts and path.name not in ("db.py",):
            assert not re.search(r"db\.session\.(add|delete|commit|merge)\b", path.read_text()), name(path)


def test_a_mode_is_set_by_the_runner_only() -> None:
    for path in SOURCE:
        if path.name != "runner.py":
            assert not re.search(r"conversation\.mode\s*(=[^=]|, conversation)", path.read_text()), name(path)


def test_the_time_is_read_in_one_place() -> None:
    """The fake provider is the outside: it has a clock of its own."""
    for path in SOURCE:
        if path.name != "clock.py" and "fake" not in path.parts:
            assert not re.search(r"datetime\.(now|utcnow|today)\(|\btime\.time\(", path.read_text()), name(path)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_functions_are_short(path: Path) -> None:
    for function in functions(path):
        lines = (function.end_lineno or 0) - function.lineno + 1
        assert lines <= 40, f"{function.name}() has {lines} lines"
        arguments = function.args
        many = len(arguments.args) + len(arguments.kwonlyargs) + len(arguments.posonlyargs)
        assert many <= 6 or "tests" in path.parts, f"{function.name}() takes {many} arguments"


@pytest.mark.parametrize("path", [*OURS, *SCRIPTS, ROOT / "dev"], ids=name)
def test_files_are_short(path: Path) -> None:
    lines = path.read_text().count("\n")
    assert lines <= (400 if path.suffix == ".js" else 300), f"{lines} lines"


@pytest.mark.parametrize("path", OURS, ids=name)
def test_no_error_is_swallowed(path: Path) -> None:
    """`except: pass` loses messages; only the outermost loops may catch everything, and they log it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert not all(isinstance(line, ast.Pass | ast.Continue) for line in node.body), f"line {node.lineno}"
            if isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"):
                body = ast.unparse(node)
                assert "log.exception" in body or "raise" in body, f"line {node.lineno} hides an error"


def test_nothing_speaks_of_other_places() -> None:
    """No machine's paths, no registry's host: a checkout works wherever it is."""
    hosts = re.compile(r"\b(?:" + "|".join(("pypi", "pythonhosted", "npmjs", "debian")) + r")\.(?:org|com)\b")
    for path in [*PYTHON, *SCRIPTS, *ROOT.glob("docs/**/*.md"), *ROOT.glob("*.txt"), *ROOT.glob("*.md")]:
        assert not hosts.search(path.read_text()), f"{name(path)} names a registry's host"
