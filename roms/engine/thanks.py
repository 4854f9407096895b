"""A message that says thank you, or that all is well, and nothing else: it wants no answer."""

from __future__ import annotations

from roms.engine.events import MessageReceived
from roms.engine.person import COURTESIES
from roms.engine.slang import squeezed, standard
from roms.engine.words import clean, words_of


def _words(text: str) -> frozenset[str]:
    return frozenset(map(squeezed, text.split()))


THANKS = _words(
    """
    makasih terimakasih terima kasih trims thanks thank thx tq ty tks suwun nuhun hatur ok oke okay okey oks sip siap
    baik baiklah mantap mantul noted good great nice sama
    """
)
AROUND = frozenset(map(squeezed, COURTESIES)) | _words(
    """
    banyak sekali banget bgt iya ya atas untuk bantuannya bantuan infonya info informasinya pelayanannya responnya
    jawabannya sudah udah dibantu membantu juga for your help very much so lot all everything
    """
)


def only_thanks(event: MessageReceived) -> bool:
    """`makasih banyak ya kak 🙏` is; `makasih, pesanan saya rusak` is not, nor is a picture, nor `?`."""
    words = [standard(squeezed(standard(word))) for word in words_of(clean(event.text))]
    if event.kind != "text" or event.payload:
        return False
    if not words:
        return bool(event.text.strip()) and "?" not in event.text
    return not THANKS.isdisjoint(words) and all(word in THANKS or word in AROUND for word in words)
