"""The pictures of the pretended people."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from roms.channels.fake import faces
from roms.channels.fake.people import somebody


@pytest.mark.parametrize("name", ["Siti Aminah", "Hana", "Emil Hasan"])
def test_initials_stand_in_the_middle(name: str) -> None:
    face = Image.open(io.BytesIO(faces.drawn(somebody("6281234567890", name)))).convert("RGB")
    ground = Image.new("RGB", face.size, face.getpixel((0, 0)))
    drawn = ImageChops.difference(face, ground).getbbox()
    assert drawn is not None
    left, top, right, bottom = drawn
    assert abs(left - (face.width - right)) <= 1
    assert abs(top - (face.height - bottom)) <= 1
