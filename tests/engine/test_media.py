"""Media files are told by what they are, and looked at before anybody is sent one."""

from __future__ import annotations

import pytest

from roms.engine.compare import changes, text_diff
from roms.engine.flowfile import FlowErrors, compile_release, release_hash
from roms.engine.media import Media, looked_at
from tests.engine import pictures
from tests.engine.chat import flow_files, problems

SAYS = flow_files("a: {say: {image: media/a.png}}")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "type_", "size"),
    [
        (pictures.png(30, 20), "image/png", (30, 20)),
        (pictures.JPG, "image/jpeg", (640, 480)),
        (pictures.GIF, "image/gif", (7, 5)),
        (pictures.WEBP, "image/webp", (512, 256)),
        (pictures.LOSSLESS, "image/webp", (100, 50)),
        (pictures.LOSSY, "image/webp", (320, 240)),
        (pictures.MP4, "video/mp4", (0, 0)),
        (pictures.MP3, "audio/mpeg", (0, 0)),
        (b"\xff\xfb\x90\x00" + b"\0" * 8, "audio/mpeg", (0, 0)),
        (pictures.OGG, "audio/ogg", (0, 0)),
        (pictures.PDF, "application/pdf", (0, 0)),
        (SVG, "", (0, 0)),
        (b"<html><script>", "", (0, 0)),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "", (0, 0)),
        (b"PK\x03\x04", "", (0, 0)),
        (b"", "", (0, 0)),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, type_: str, size: tuple[int, int]) -> None:
    file = looked_at(data)
    assert (file.type, (file.width, file.height), file.size) == (type_, size, len(data))


@pytest.mark.parametrize("whole", [each for each in pictures.MEDIA.values() if len(each) < 1000])
def test_a_file_that_breaks_off_anywhere_is_read_without_harm(whole: bytes) -> None:
    for length in range(len(whole)):
        assert looked_at(whole[:length]).size == length


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("media/x.png", pictures.png(), "media-unused"),
        ("media/x.jpg", pictures.png(), "media-extension"),
        ("media/x.svg", SVG, "media-unknown"),
        ("media/x.png", SVG, "media-unknown"),
        ("media/x.jpg", b"<html><script>alert(1)</script>", "media-unknown"),
        ("media/.htaccess.png", pictures.png(), "media-name"),
        ("media/../x.png", pictures.png(), "media-name"),
        ("media/b\u202egnp.exe.png", pictures.png(), "media-name"),
    ],
)
def test_what_lies_in_media_is_looked_at_by_itself(name: str, data: bytes, code: str) -> None:
    found = problems({**SAYS, "media/a.png": pictures.png(), name: data})
    assert next((each.code, each.file) for each in found if each.code == code) == (code, name)


def test_a_release_holds_what_is_known_of_its_files_and_needs_no_bytes_for_it() -> None:
    files = {**SAYS, "media/a.png": pictures.png()}
    release = compile_release(files, 3)
    file = looked_at(pictures.png())
    assert release.media == {"media/a.png": file}
    assert "media/a.png" not in release.files
    again = compile_release({**SAYS, "media/a.png": file}, 3)
    assert again.hash == release.hash == release_hash(files)


def test_another_picture_makes_another_release_and_none_makes_the_hash_it_always_had() -> None:
    one, other = ({**SAYS, "media/a.png": pictures.png(width)} for width in (1, 2))
    assert release_hash(one) != release_hash(other)
    assert release_hash({"a.yaml": "x"}) == "9a99ba71bf66ed19c4ba0581d2b1cf35ed3feb81461bbddf401d2f5f3b8f98cd"


def test_a_changed_file_is_told_by_name_and_a_changed_saying_by_its_kind() -> None:
    old = {**SAYS, "media/a.png": pictures.png(1)}
    new = {**SAYS, "media/a.png": pictures.png(2)}
    assert [str(each) for each in changes(old, new)] == ["file media/a.png: content changed"]
    assert list(text_diff(old, new)) == ["Media files a/media/a.png and b/media/a.png differ"]
    moved = {**flow_files("a: {say: {image: media/b.jpg}}"), "media/b.jpg": pictures.JPG}
    assert [str(each) for each in changes(old, moved)] == [
        "file media/b.jpg: added", "step main.a: image changed", "file media/a.png: removed",
    ]  # fmt: skip


def test_without_its_file_a_picture_is_not_published() -> None:
    with pytest.raises(FlowErrors) as refused:
        compile_release({**SAYS, "media/aa.png": Media("0" * 64, "image/png", 9)})
    assert [each.code for each in refused.value.problems] == ["media-missing", "media-unused"]
    assert refused.value.problems[0].hint == "did you mean `media/aa.png`?"
