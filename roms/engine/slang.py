"""How people spell in a hurry: a small closed table, letters held down, and everyday words that are no slips."""

from __future__ import annotations

import re

_SPELLINGS = {
    "ada": "ad",
    "apakah": "apkh",
    "bagaimana": "gmn gmna gimana gimn bgmn bgmna bgaimana gmana",
    "banyak": "bnyk byk bnyak",
    "bayar": "byr byar",
    "belum": "blm blom belom blum",
    "berapa": "brp brpa brapa berpa",
    "bisa": "bs bsa",
    "daftar": "dftr dftar",
    "dengan": "dgn dg dngn",
    "gambar": "gmbr gbr",
    "gratis": "grts",
    "halo": "hallo helo hello alo allo",
    "harga": "hrg hrga hraga",
    "hari": "hr",
    "jadwal": "jdwl jadual",
    "jalan": "jln jl",
    "kapan": "kpn kpan",
    "kirim": "krm krim kirm",
    "lokasi": "lok lokasy",
    "makasih": "mksh makasi mksih mkasih maksih",
    "masuk": "msk",
    "minta": "mnt mnta",
    "nomor": "nmr nmor nomer",
    "ongkir": "ongkr",
    "pesan": "psn psen pesen",
    "pesanan": "psnan pesenan psanan",
    "produk": "prdk produck prodak",
    "promo": "prm prmo",
    "sekarang": "skrg skrng skg",
    "selamat": "slmt slamat",
    "sudah": "sdh udah udh dah",
    "tanya": "tny tnya nanya",
    "terima": "trma trima",
    "thanks": "thx thanx tx tengkyu",
    "tidak": "tdk tak nggak enggak ngga gak ga gk engga kagak",
    "tolong": "tlg tlong tolng",
    "transfer": "trf tf trnsfer transper",
    "untuk": "utk tuk bwt",
    "yang": "yg",
}
SLANG = {typed: meant for meant, spellings in _SPELLINGS.items() for typed in spellings.split()}

# One letter beside a likely keyword, and yet meant as they stand.
COMMON = frozenset(
    """
    harta harap harum hanya harus hari hati hadir hasil halal halus halo hallo hello help heli hero here hear
    berada berasa beberapa bertapa beras beda bera pesta pasar pusat paras pasan pesawat pesona perasaan pasangan
    lokal lokasi loka lomba larang jarang barang bayang bayaran bayi bayar sayang siang uang ulang orang kurang kirim
    kiriman kirimi menu mana mena mobil mode model media meja main makan malam masuk minta minum murah rumah
    order older orde border stok stop step shop ship show slow status statis promo promosi pram info infus indo
    kota kopi kaki kali kata kita kaya cara cari buku buka bukan bulan batal bantal bantu bahan bahu bawa baik
    resi reso rasi sari sari prices prize price pride bride place plate plane location vocation agent agar
    order odor then than this that what when where with from have your name nama nasi sama masa rasa dasar
    stock stuck sock lama lampu alam alat alamat selamat tamat pagi pergi kapal kapan ketika tetapi tempat cepat
    """.split()
)

_HELD = re.compile(r"([a-z])\1\1|([aeiouy])\2$")
_REPEATED = re.compile(r"([a-z])(?=\1)")


def standard(word: str) -> str:
    """The full spelling of a hurried word, the word itself where there is none."""
    return SLANG.get(word, word)


def held(word: str) -> bool:
    """Was a key held down? `haloooo` and `haii`, but not `saat`, and never a number."""
    return _HELD.search(word) is not None


def squeezed(word: str) -> str:
    """Every run of one letter as a single one: `hellooo` and `hello` are then alike."""
    return _REPEATED.sub("", word)
