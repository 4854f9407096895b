"""The templates that the business has: most of them approved, one in every other state too."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PAGE = 5  # so many in one answer, fewer than the providers give, so that turning pages is tried too
HOLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Template:
    """One template, in Meta's own form; Twilio shows the same in its."""

    name: str
    body: str
    examples: tuple[str, ...] = ()
    status: str = "APPROVED"
    category: str = "UTILITY"
    quality: str = "GREEN"
    header: str = ""  # "", IMAGE, DOCUMENT or a line of text
    footer: str = ""
    buttons: tuple[Mapping[str, Any], ...] = ()
    language: str = "id"
    reason: str = "NONE"

    @property
    def holes(self) -> list[str]:
        """The names of the parameters in the body."""
        return list(dict.fromkeys(HOLE.findall(self.body)))

    @property
    def named(self) -> bool:
        """Whether its parameters have names instead of numbers."""
        return any(not hole.isdigit() for hole in self.holes)

    def filled(self, values: Mapping[str, str]) -> str:
        """The body with its parameters."""
        return HOLE.sub(lambda hole: values.get(hole[1], hole[0]), self.body)


QUICK = ({"type": "QUICK_REPLY", "text": "Mau"}, {"type": "QUICK_REPLY", "text": "Tidak, terima kasih"})
LINK = {"type": "URL", "text": "Lihat promo", "url": "https://contoh.example/{{1}}", "example": ["promo-2026"]}
ALL: Sequence[Template] = (
    Template("konfirmasi_pengiriman", "Halo {{1}}, pesanan {{2}} sudah kami kirim.", ("Budi", "INV-2026-1187")),
    Template("sapaan_ulang", "Halo {{1}}, kami ingin melanjutkan percakapan Anda.", ("Siti",), category="UTILITY"),
    Template("pengingat_tagihan", "Halo {{nama}}, tagihan Anda jatuh tempo {{jatuh_tempo}}.", ("Rina", "30 November"),
             quality="YELLOW", footer="Toko Kita"),
    Template("promo_akhir_tahun", "Halo {{1}}, ada promo akhir tahun!", ("Siti",), category="MARKETING",
             header="IMAGE", buttons=(QUICK[0], LINK)),
    Template("menu_bantuan", "Ada yang bisa kami bantu?", header="Pusat Bantuan", buttons=QUICK),
    Template("jam_buka", "We are open from 8 am to 5 pm.", language="en"),
    Template("promo_lama", "Promo lama untuk {{1}}.", ("Siti",), "PAUSED", "MARKETING", "RED"),
    Template("diskon_besar", "DISKON!!! KLIK SEKARANG", (), "REJECTED", "MARKETING", "UNKNOWN",
             reason="ABUSIVE_CONTENT"),
    Template("survei_kepuasan", "Halo {{1}}, puaskah Anda?", ("Budi",), "PENDING", "MARKETING", "UNKNOWN"),
    Template("kode_masuk", "{{1}} adalah kode verifikasi Anda.", ("123456",), category="AUTHENTICATION"),
)  # fmt: skip


class Shelf:
    """All of them, and the contents that were made at Twilio."""

    def __init__(self) -> None:
        self.templates = {(one.name, one.language): one for one in ALL}
        self.contents: dict[str, dict[str, Any]] = {}
        self._next = itertools.count(1)

    def find(self, name: str, language: str) -> Template | None:
        """The one of this name and language."""
        return self.templates.get((name, language))

    def any_of(self, name: str) -> bool:
        """Whether there is one of this name in any language."""
        return any(one == name for one, _ in self.templates)

    def id_of(self, template: Template) -> str:
        """Meta's id of it."""
        return str(100000000000401 + list(self.templates).index((template.name, template.language)))

    def sid_of(self, template: Template) -> str:
        """Twilio's id of it."""
        return f"HX{int(self.id_of(template)):032x}"

    def by_sid(self, sid: str) -> Template | None:
        """The template that Twilio calls so."""
        return next((one for one in self.templates.values() if self.sid_of(one) == sid), None)

    def make(self, content: dict[str, Any]) -> str:
        """A new content, sendable within the window at once; its id."""
        sid = f"HX{next(self._next):032x}"
        self.contents[sid] = content
        return sid
