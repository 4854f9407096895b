"""Pictures made safe to show: drawn anew without what cameras and programs hide in them, and a small one beside.

A picture that moves is not drawn anew: its file is taken apart, and only what draws it is kept.
"""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roms.engine.media import MOST_PIXELS, looked_at
from roms.services import containers
from roms.services.sniffing import HEAD

if TYPE_CHECKING:
    from PIL import Image

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
THUMB = 320  # pixels, the longer side
FACE = 256  # pixels, both sides
MOST_SIDE = 30_000
LARGEST_PROFILE = 128 * 1024  # bytes of a colour profile that stays
SAVED: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True},
    "PNG": {},
    "WEBP": {"quality": 88, "method": 2},
}

_at_once = threading.Semaphore(2)  # a large picture takes some 200 MB while it is open


class TooManyPixels(Exception):
    """A small file that would fill the memory."""


class Damaged(Exception):
    """It begins like a picture and is none."""


@dataclass(frozen=True, slots=True)
class Picture:
    type: str
    width: int
    height: int


def made_safe(source: Path, into: Path, thumb: Path, may_be: tuple[str, ...] = ()) -> Picture | None:
    """Write the picture and its small one; None where `source` is no picture.

    may_be: the types that the picture may become; () for whatever it is. Raises TooManyPixels and Damaged.
    """
    from PIL import UnidentifiedImageError  # 13 MB, and half of the processes never need it
    from PIL.Image import DecompressionBombError, DecompressionBombWarning

    with source.open("rb") as file:
        looked = looked_at(file.read(HEAD))
    type_ = looked.type
    if type_ not in FORMATS:
        return None
    if looked.width * looked.height > MOST_PIXELS:
        raise TooManyPixels
    try:
        with _at_once:
            return _drawn(source, into, thumb, type_, may_be)
    except (DecompressionBombError, DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except (UnidentifiedImageError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError) as error:
        raise Damaged(type(error).__name__) from error
    except OSError as error:
        if error.errno is not None:  # the disk's, not the picture's
            raise
        raise Damaged(str(error)[:100]) from error


def face(source: Path, into: Path) -> bool:
    """Write a small square JPEG of a person's picture; False where `source` is no picture. Raises as made_safe."""
    from PIL import Image, ImageOps

    with tempfile.TemporaryDirectory(prefix="roms-face-") as name:
        drawn, thumb = Path(name) / "drawn", Path(name) / "thumb"
        if made_safe(source, drawn, thumb) is None:
            return False
        with Image.open(thumb, formats=["WEBP"]) as small:
            side = min(FACE, *small.size)
            ImageOps.fit(small.convert("RGB"), (side, side)).save(into, "JPEG", quality=85, optimize=True)
    return True


def _drawn(source: Path, into: Path, thumb: Path, type_: str, may_be: tuple[str, ...]) -> Picture:
    from PIL import Image, ImageOps

    with Image.open(source, formats=[FORMATS[type_]]) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
            raise TooManyPixels
        moves = type_ != "image/png" and getattr(opened, "n_frames", 1) > 1
        if moves and (not may_be or type_ in may_be):
            containers.stripped(source, into, type_)
            _small(opened, thumb)
            return Picture(type_, width, height)
        upright = ImageOps.exif_transpose(opened)
        kept = _type(upright, type_, may_be)
        _save(upright, into, FORMATS[kept])
        _small(upright, thumb)
        return Picture(kept, *upright.size)


def _type(picture: Image.Image, type_: str, may_be: tuple[str, ...]) -> str:
    """Its own, if that may be; a still GIF is a PNG anyway; else PNG for what lets the ground through, JPEG if not."""
    own = "image/png" if type_ == "image/gif" else type_
    if not may_be or own in may_be:
        return own
    wanted = "image/png" if picture.has_transparency_data and "image/png" in may_be else "image/jpeg"
    return wanted if wanted in may_be else own


def _save(picture: Image.Image, into: Path, form: str) -> None:
    drawn = _plain(picture, form)
    profile = picture.info.get("icc_profile") or b""
    options = {"icc_profile": profile} if 0 < len(profile) <= LARGEST_PROFILE and drawn.mode == picture.mode else {}
    drawn.info.clear()  # comments and texts would be written again
    drawn.save(into, form, **SAVED[form], **options)


def _plain(picture: Image.Image, form: str) -> Image.Image:
    """In colours that every browser and phone draws; a copy, so that nothing else comes along."""
    if form == "JPEG":
        return picture.convert("L" if picture.mode in ("1", "L", "I", "I;16") else "RGB")
    if picture.mode in ("RGB", "RGBA", "L", "LA") and form == "PNG":
        return picture.copy()
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _small(picture: Image.Image, into: Path) -> None:
    small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    small.thumbnail((THUMB, THUMB))
    small.info.clear()
    small.save(into, "WEBP", quality=80, method=2)
