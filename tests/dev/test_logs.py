"""What of a log reaches the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import logs


@pytest.mark.parametrize("everything", [False, True])
def test_warnings_errors_and_whole_tracebacks_are_shown(tmp_path: Path, everything: bool) -> None:
    path = tmp_path / "web.log"
    path.write_text("ERROR before we looked\n")
    tail = logs.Tail(path, everything)
    worthy = [
        "[7] [ERROR] oh",
        '{"level": "warning"}',
        "Traceback (most recent call last):",
        '  File "x"',
        "KeyError: 1",
    ]
    with path.open("a") as log:
        log.write("\n".join(["calm", *worthy, "calm again", "WARNING overcommit_memory", "WARNING not yet"]))
    calm = {"calm", "calm again", "WARNING overcommit_memory"} if everything else set()
    assert set(tail.lines()) == calm | set(worthy)
    tail.close()


def test_a_line_written_in_two_parts_is_shown_once_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.touch()
    tail = logs.Tail(path)
    seen = []
    for part in ("ERROR half", " and half\n", ""):
        with path.open("a") as log:
            log.write(part)
        seen += list(tail.lines())
    tail.close()
    assert seen == ["ERROR half and half"]


def test_a_log_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST", 10)
    path = tmp_path / "web.log"
    path.write_text("more than ten bytes")
    logs.prepare(path)
    assert not path.exists()
    assert (tmp_path / "web.old.log").read_text() == "more than ten bytes"
