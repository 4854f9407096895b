"""When the environment is made, completed, or left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import venv

ROOT = Path(venv.__file__).resolve().parent.parent
PINS = "idna==3.20 --hash=sha256:0\nflask==3.1.3 --hash=sha256:0\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout, in which pip is replaced by a count of its calls."""
    monkeypatch.delenv("ROMS_VENV", raising=False)
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    monkeypatch.setattr(venv, "has_pip", lambda: True)  # ./dev's own Python has it; the one the tests run in has not
    for name in (venv.RUN, venv.DEV):
        (tmp_path / name).write_text(PINS + f"# {name}\n")
    return tmp_path


@pytest.fixture
def installs(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    monkeypatch.setattr(venv, "install", done.append)
    return done


def test_a_second_start_asks_pip_nothing(installs: list[str]) -> None:
    venv.ensure()
    venv.ensure()
    assert installs == [venv.RUN]


def test_the_tests_environment_serves_running_too(installs: list[str]) -> None:
    venv.ensure(venv.DEV)
    venv.ensure()
    assert installs == [venv.DEV]


def test_other_pins_are_installed_at_the_next_start(installs: list[str], checkout: Path) -> None:
    venv.ensure()
    (checkout / venv.RUN).write_text(PINS.replace("3.20", "3.21"))
    venv.ensure()
    assert installs == [venv.RUN, venv.RUN]


def test_an_interrupted_install_begins_afresh(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_requirements: str) -> None:
        (checkout / ".venv" / "half").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(venv, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        venv.ensure()
    monkeypatch.setattr(venv, "install", lambda _requirements: None)
    venv.ensure()
    assert not (checkout / ".venv" / "half").exists()
    assert venv.stamp_of(venv.RUN) in venv.stamps()


def test_an_environment_of_another_python_is_made_anew(installs: list[str], checkout: Path) -> None:
    venv.ensure()
    made_for = checkout / ".venv" / "pyvenv.cfg"
    made_for.write_text(made_for.read_text().replace("version = 3", "version = 2"))
    venv.ensure()
    assert len(installs) == 2


def test_a_given_environment_is_used_as_it_is(installs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROMS_VENV", sys.prefix)
    venv.ensure()
    assert installs == []
    assert venv.python() == os.path.join(sys.prefix, "bin", "python")


def test_without_pip_the_person_is_told_what_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv, "has_pip", lambda: False)
    with pytest.raises(SystemExit, match="apt-get install python3-pip"):
        venv.ensure()


def test_without_a_network_the_person_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    output = "WARNING: Retrying\nERROR: Failed to establish a new connection: [Errno -2] Name or service not known"
    with pytest.raises(SystemExit, match="is there a network"):
        venv.explain(output)
    assert "Errno -2" in capsys.readouterr().out


def test_pips_flood_becomes_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    flood = ["Collecting idna", "  Downloading …", "Collecting flask", "Installing collected packages: x"]
    venv.follow([*flood, "Successfully installed x"], 2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [["packages", "2", "fetched"], ["packages", "installed", "0.0"]]


def test_two_starts_do_not_fill_one_environment_together(checkout: Path) -> None:
    code = f"from tools import venv; venv.ROOT = {str(checkout)!r}\nwith venv.alone(): print(1)"
    with venv.alone():
        other = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
        time.sleep(0.3)
        assert other.poll() is None
    assert other.communicate(timeout=10)[0] == b"1\n"
