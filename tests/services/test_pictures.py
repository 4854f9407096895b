"""Pictures and files are made safe: nothing hides in them, nothing fills the memory, and names are only names."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from roms.services import filenames, pictures, preparing, sniffing
from roms.services.pictures import Damaged, TooManyPixels
from tests.engine import pictures as samples

GPS = "canary-place"


def photo(form: str = "JPEG", size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    """Red on the left, with a place and a maker in its EXIF, turned by a quarter."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, GPS
    exif.get_ifd(0x8825)[29] = GPS
    into = io.BytesIO()
    picture.save(into, form, exif=exif, **more)
    return into.getvalue()


def moving(form: str, **more: Any) -> bytes:
    frames = [Image.new("RGB", (50, 30), (each * 60, 0, 0)) for each in range(4)]
    into = io.BytesIO()
    frames[0].save(into, form, save_all=True, append_images=frames[1:], duration=80, loop=0, **more)
    return into.getvalue()


def made(data: bytes, tmp_path: Path, *may_be: str) -> tuple[pictures.Picture | None, bytes, Image.Image | None]:
    raw, into, thumb = tmp_path / "raw", tmp_path / "into", tmp_path / "thumb"
    raw.write_bytes(data)
    picture = pictures.made_safe(raw, into, thumb, may_be)
    return (
        picture,
        into.read_bytes() if picture else b"",
        Image.open(io.BytesIO(thumb.read_bytes())) if picture else None,
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_s17_a_photo_is_drawn_anew_upright_and_says_nothing_of_where_it_was(form: str, tmp_path: Path) -> None:
    assert GPS.encode() in photo(form)
    picture, data, thumb = made(photo(form), tmp_path)
    assert picture is not None
    assert (picture.type, picture.width, picture.height) == (f"image/{form.lower()}", 40, 60)
    assert GPS.encode() not in data
    again = Image.open(io.BytesIO(data))
    assert (again.size, dict(again.getexif())) == ((40, 60), {})
    assert again.convert("RGB").getpixel((20, 5))[1] < 60, "what was on the left is on top now"  # type: ignore[index]
    assert thumb is not None
    assert thumb.size == (40, 60)


def test_a_small_one_is_at_most_320_points_wide(tmp_path: Path) -> None:
    _, _, thumb = made(photo(size=(2000, 1000)), tmp_path)
    assert thumb is not None
    assert (thumb.size, thumb.format) == ((160, 320), "WEBP")


def test_what_hangs_on_behind_a_picture_or_in_its_texts_is_gone(tmp_path: Path) -> None:
    data = photo("PNG") + b"<script>canary</script>"
    assert b"canary" not in made(data, tmp_path)[1]
    with_text = samples.png(20, 10, filling=b"Comment\0canary")
    assert b"canary" not in made(with_text, tmp_path)[1]
    assert b"canary" not in made(photo("JPEG", comment=b"canary"), tmp_path)[1]


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_what_moves_goes_on_moving_without_what_hides_in_it(form: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = GPS
    more = {"comment": GPS.encode()} if form == "GIF" else {"exif": exif, "xmp": GPS.encode()}
    data = moving(form, **more) + b"<script>canary</script>"
    assert GPS.encode() in data
    picture, kept, thumb = made(data, tmp_path)
    assert picture is not None
    assert thumb is not None
    assert (picture.type, picture.width, picture.height) == (f"image/{form.lower()}", 50, 30)
    assert b"canary" not in kept
    again = Image.open(io.BytesIO(kept))
    assert getattr(again, "n_frames", 1) == 4
    again.seek(3)
    assert again.convert("RGB").getpixel((5, 5))[0] > 150  # type: ignore[index]


@pytest.mark.parametrize(("size", "form"), [((50_000, 50_000), "PNG"), ((9000, 9000), "PNG"), ((31_000, 1), "PNG")])
def test_s17_a_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int], form: str, tmp_path: Path) -> None:
    data = samples.bomb() if size[0] == 50_000 else samples.png(*size)
    with pytest.raises(TooManyPixels):
        made(data, tmp_path)


@pytest.mark.parametrize("data", [samples.JPG, samples.png()[:50], samples.GIF, samples.LOSSY, moving("GIF")[:60]])
def test_what_only_begins_like_a_picture_is_damaged(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        made(data, tmp_path)


def test_a_picture_becomes_what_the_channel_takes(tmp_path: Path) -> None:
    taken = ("image/jpeg", "image/png")
    assert made(photo("WEBP"), tmp_path, *taken)[0] == pictures.Picture("image/jpeg", 40, 60)
    clear = io.BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(clear, "WEBP")
    assert made(clear.getvalue(), tmp_path, *taken)[0] == pictures.Picture("image/png", 9, 9)
    assert made(moving("GIF"), tmp_path, *taken)[0] == pictures.Picture("image/png", 50, 30)


@pytest.mark.parametrize(
    "data",
    [
        b"<svg onload=alert(1)>",
        b"<html>",
        b"<?xml version='1.0'?>",
        b"",
        b"MZ\x90",
        b"PK\x03\x04zip",
        b"\x1aE\xdf\xa3webm",
    ],
)
def test_s06_whatever_no_browser_should_open_by_itself_is_only_handed_over(data: bytes, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(data)
    for name in ("a.png", "a.html", "a.svg", "a.pdf"):
        assert preparing.prepared(raw, tmp_path, name).stored.type == sniffing.UNKNOWN


@pytest.mark.parametrize(
    ("head", "name", "type_"),
    [
        (samples.PDF, "x.html", "application/pdf"),
        (samples.OGG, "x", "audio/ogg"),
        (b"\0\0\0\x1cftypM4A ", "x", "audio/mp4"),
        (b"#!AMR\n", "x", "audio/amr"),
        (b"PK\x03\x04..", "Daftar Harga.DOCX", sniffing.DOCUMENTS["docx"][1]),
        (b"<html>", "x.docx", sniffing.UNKNOWN),
        ("halo, é".encode(), "x.txt", "text/plain"),
        (b"\0\1", "x.txt", sniffing.UNKNOWN),
    ],
)
def test_a_file_is_told_by_its_content_first(head: bytes, name: str, type_: str) -> None:
    assert sniffing.type_of(head, name) == type_


@pytest.mark.parametrize(
    ("declared", "type_", "name"),
    [
        ("../../etc/passwd", sniffing.UNKNOWN, "passwd.bin"),
        ("..\\..\\x.exe", sniffing.UNKNOWN, "x.exe"),
        ("a.php.jpg", "image/png", "a.php.png"),
        ("a.php", "image/jpeg", "a.php.jpg"),
        ("foto.jpeg", "image/jpeg", "foto.jpeg"),
        ("x\0y\u202egpj.exe", sniffing.UNKNOWN, "xygpj.exe"),
        ("", "image/webp", "image.webp"),
        ("thumb", sniffing.UNKNOWN, "thumb.bin"),
        ("...", sniffing.UNKNOWN, "image.bin"),
        ("daftar harga é.pdf", "application/pdf", "daftar harga é.pdf"),
    ],
)
def test_s17_a_name_is_only_a_name(declared: str, type_: str, name: str) -> None:
    assert filenames.safe(declared, type_, "image") == name


def test_s17_a_very_long_name_is_cut_and_keeps_its_ending() -> None:
    name = filenames.safe("x" * 300 + ".pdf", "application/pdf", "document")
    assert (len(name) <= filenames.LONGEST, name[-4:]) == (True, ".pdf")
