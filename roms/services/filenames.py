"""Names of files as strangers gave them, made fit to be shown and saved."""

from __future__ import annotations

import re
import unicodedata

from roms.engine.media import EXTENSIONS

LONGEST = 120
_EXTENSION = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "video/mp4": "mp4"}
_EXTENSION |= {"text/vcard": "vcf", "audio/ogg": "ogg", "audio/mpeg": "mp3", "application/pdf": "pdf"}


def safe(declared: str, type_: str, kind: str) -> str:
    """A name for people: no path, no letter that hides or turns the others, and an ending that fits what it is."""
    plain = "".join(each for each in declared if unicodedata.category(each)[0] != "C" and each not in '<>:"|?*')
    last = re.split(r"[/\\]", plain)[-1].strip(" .")
    stem, dot, extension = last.rpartition(".")
    wanted = _EXTENSION.get(type_, "")
    if wanted and EXTENSIONS.get(extension.lower()) != type_:
        stem, extension = last if not dot or EXTENSIONS.get(extension.lower()) is None else stem, wanted
    elif not dot:
        stem, extension = last, wanted or "bin"
    return f"{stem.strip(' .')[: LONGEST - 12] or kind}.{extension[:11]}"
