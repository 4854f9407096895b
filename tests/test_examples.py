"""Three real businesses, each sound and whole: the shop in flows/, a clinic and a service desk in flows/examples/."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roms.config import ROOT
from roms.services import labels, publishing, teams_named
from tests.cast import Cast, say, texts

EXAMPLES = ROOT / "flows" / "examples"
FOLDERS = ["flows", *sorted(f"flows/examples/{path.parent.name}" for path in EXAMPLES.glob("*/lifecycle.yaml"))]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """What an operator sets for all three: whom they ask, and the one secret they need."""
    (tmp_path / "secrets.json").write_text('{"tickets": "s3cret"}')
    hosts = "orders.tokokita.example, tickets.jaringannusa.example"
    return {"ROMS_HTTP_HOSTS": hosts, "ROMS_HTTP_SECRETS": str(tmp_path / "secrets.json")}


def test_there_are_three() -> None:
    assert FOLDERS == ["flows", "flows/examples/clinic", "flows/examples/service-desk"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_checker_has_nothing_to_say(app: Flask, cast: Cast, folder: str) -> None:
    """But of labels that nobody has made yet; they come into being when they are first put on."""
    teams_named.have(teams_named.of_files(publishing.files_in(ROOT / folder)))
    check = ["flows", "check", str(ROOT / folder)]
    for label in re.findall("nobody has made the label `(.+)` yet", app.test_cli_runner().invoke(args=check).output):
        labels.make(cast.admin, label, "green")
    done = app.test_cli_runner().invoke(args=check)
    assert (done.exit_code, done.output) == (0, "no errors\n")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_step_and_every_way_is_tested(app: Flask, folder: str) -> None:
    done = app.test_cli_runner().invoke(args=["flows", "test", str(ROOT / folder)])
    assert done.exit_code == 0, done.output
    counted, passed = done.output.splitlines()[-2:]
    numbers = re.findall(r"(\d+) of (\d+)", f"{counted} {passed}")
    assert len(numbers) == 3
    assert all(some == whole != "0" for some, whole in numbers), done.output


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_tests_speak_both_languages(folder: str) -> None:
    """Coverage counts steps, not languages; so each text that a contact reads is there in English as well."""
    for path in (ROOT / folder).glob("*.yaml"):
        for line in re.findall(r"(?:prompt|say): \{id: .*\}", path.read_text()):
            assert ", en: " in line, f"{path.name}: {line}"


@pytest.mark.parametrize(
    ("folder", "greeting"),
    [("flows/examples/clinic", "ini Klinik Sehat Bersama."), ("flows/examples/service-desk", "Jaringan Nusa.")],
)
def test_an_example_is_published_as_it_stands(
    app: Flask, cast: Cast, client: FlaskClient, folder: str, greeting: str
) -> None:
    teams_named.have(teams_named.of_files(publishing.files_in(ROOT / folder)))
    done = app.test_cli_runner().invoke(args=["flows", "publish", str(ROOT / folder)])
    assert (done.exit_code, done.output) == (0, "release 2 is live\n")
    say(client, "halo")
    assert texts()[1][1].endswith(greeting)
