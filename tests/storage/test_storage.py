"""Both kinds of storage, the second against a real S3-compatible server."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from roms import storage
from roms.storage import Gone, NoSpace, Storage, Unreachable, local

KEY = hashlib.sha256(b"x").hexdigest()


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=url, **keys).create_bucket(Bucket="files")
    yield url
    server.stop()


@pytest.fixture(params=["folder", "s3", "s3 below a prefix"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return storage.opened(str(tmp_path / "files"), {})
    s3 = {"endpoint": request.getfixturevalue("s3_server"), "region": "us-east-1", "key": "k", "secret": "s"}
    return storage.opened("s3://files" + ("/shop/a" if "prefix" in request.param else ""), s3)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


def test_what_is_put_is_read_whole_and_in_parts_and_goes(store: Storage, source: Path) -> None:
    store.delete(KEY)
    assert not store.exists(KEY)
    store.put(KEY, source)
    store.put(KEY, source)
    assert store.exists(KEY)
    with store.open(KEY) as file:
        assert file.read() == source.read_bytes()
        file.seek(-3, 2)
        assert file.read() == b"\xfd\xfe\xff"
        file.seek(255)
        assert file.read(2) == b"\xff\x00"
    store.delete(KEY)
    store.delete(KEY)
    assert not store.exists(KEY)


def test_what_is_not_there_is_gone(store: Storage) -> None:
    with pytest.raises(Gone):
        store.open("0" * 64)


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "A" * 64, "0" * 63 + "\n", "/" * 64])
def test_s17_no_name_becomes_a_path(store: Storage, source: Path, key: str) -> None:
    for act in (lambda: store.put(key, source), lambda: store.open(key), lambda: store.delete(key)):
        with pytest.raises(Gone):
            act()


def test_r11_a_full_disk_is_told_and_leaves_nothing_behind(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = storage.opened(str(tmp_path / "files"), {})

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(local.os, "fsync", full)
    with pytest.raises(NoSpace):
        folder.put(KEY, source)
    monkeypatch.undo()
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []
    folder.put(KEY, source)
    assert folder.exists(KEY)


def test_a_folder_that_cannot_be_written_is_unreachable(tmp_path: Path, source: Path) -> None:
    (tmp_path / "files").write_bytes(b"a file in the folder's place")
    with pytest.raises(Unreachable):
        storage.opened(str(tmp_path / "files"), {}).put(KEY, source)


def test_files_are_for_the_service_alone(tmp_path: Path, source: Path) -> None:
    storage.opened(str(tmp_path / "files"), {}).put(KEY, source)
    assert os.stat(tmp_path / "files" / KEY[:2]).st_mode & 0o077 == 0


def test_a_server_that_does_not_answer_is_unreachable_and_no_secret_is_told() -> None:
    s3 = {"endpoint": "http://127.0.0.1:9", "region": "us-east-1", "key": "k", "secret": "canary"}
    with pytest.raises(Unreachable) as failed:
        storage.opened("s3://files", s3).open(KEY)
    assert "canary" not in str(failed.value)
