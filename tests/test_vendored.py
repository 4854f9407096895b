"""What others wrote and we ship is exactly what was bundled, named and licensed: nobody edits it by hand."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VENDOR = ROOT / "roms" / "web" / "static" / "vendor"
FILES = json.loads((VENDOR / "VENDORED.json").read_text())["files"]
LICENCES_WE_TAKE = {"MIT", "Apache-2.0", "BSD-3-Clause", "ISC"}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_vendored_file_is_what_was_bundled(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == FILES[name]["sha256"]


def test_every_vendored_file_is_listed() -> None:
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert there - {"VENDORED.json"} == set(FILES)


def test_every_vendored_package_has_a_licence_we_take_and_its_text() -> None:
    texts = (VENDOR / "LICENSES").read_text()
    packages = [package for file in FILES.values() for package in file["packages"]]
    assert packages
    for package in packages:
        assert package["licence"] in LICENCES_WE_TAKE
        assert f"{package['name']} {package['version']} ({package['licence']})" in texts


def test_the_bundle_is_of_the_versions_that_are_pinned() -> None:
    pinned = json.loads((ROOT / "build" / "package.json").read_text())["dependencies"]
    bundled = {package["name"]: package["version"] for file in FILES.values() for package in file["packages"]}
    assert pinned.items() <= bundled.items()


def test_the_lock_file_names_no_download_address() -> None:
    lock = json.loads((ROOT / "build" / "package-lock.json").read_text())
    assert all("integrity" in entry and "resolved" not in entry for name, entry in lock["packages"].items() if name)


def test_the_bundle_exports_what_the_pages_draw_with() -> None:
    exported = re.search(r"export\{([^}]*)\}", (VENDOR / "ui.js").read_text())
    assert exported is not None
    names = {part.split(" as ")[-1] for part in exported[1].split(",")}
    assert {
        "h",
        "html",
        "render",
        "Component",
        "useState",
        "useEffect",
        "useRef",
        "signal",
        "computed",
        "batch",
    } <= names


def test_the_bundle_runs_under_a_strict_content_security_policy() -> None:
    assert not re.search(r"\beval\(|new Function|\.innerHTML\s*=\s*[\"`]<style", (VENDOR / "ui.js").read_text())
