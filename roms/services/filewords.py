"""Why a file is not there, in words that somebody in a shop understands, with what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from roms.engine.media import MEGABYTE

WORDS: Mapping[str, tuple[str, str]] = {  # code -> Indonesian, English
    "too_large": (
        "File ini terlalu besar: foto paling banyak 5 MB, suara dan video 16 MB, dokumen 100 MB. "
        "Minta pengirim mengirim versi yang lebih kecil.",
        "This file is too large: pictures have at most 5 MB, sounds and films 16 MB, documents 100 MB. "
        "Ask the sender for a smaller one.",
    ),
    "too_many_pixels": (
        "Gambar ini terlalu besar ukurannya untuk dibuka dengan aman. Minta pengirim mengirim foto biasa.",
        "This picture has too many pixels to be opened safely. Ask the sender for an ordinary photo.",
    ),
    "gone": (
        "File sudah tidak ada di penyedia. Minta pengirim mengirimnya lagi.",
        "The provider no longer has this file. Ask the sender to send it again.",
    ),
    "expired": (
        "File ini sudah lebih dari 7 hari dan tidak dapat diambil lagi. Minta pengirim mengirimnya lagi.",
        "This file is more than 7 days old and can no longer be fetched. Ask the sender to send it again.",
    ),
    "host": (
        "Alamat file ini bukan milik penyedia, jadi demi keamanan tidak dibuka.",
        "This file's address is not the provider's own, so for safety it was not opened.",
    ),
    "refused": (
        "Penyedia menolak memberikan file ini. Minta pengirim mengirimnya lagi.",
        "The provider refuses to give this file. Ask the sender to send it again.",
    ),
    "no_way": (
        "Kanal ini tidak dapat mengambil file. Minta pengirim mengirimnya lewat jalan lain.",
        "This channel cannot fetch files. Ask the sender to send it another way.",
    ),
    "too_much": (
        "Pengirim ini sudah mengirim terlalu banyak file hari ini. File ini tidak diambil; minta dikirim lagi besok.",
        "This sender has sent too many files today. This one was not fetched; ask for it again tomorrow.",
    ),
    "deleted": ("Pengirim menghapus file ini.", "The sender deleted this file."),
    "no_access": (
        "Penyedia tidak mengizinkan kami mengambil file ini. Akan dicoba lagi; bila terus begini, periksa token kanal.",
        "The provider did not let us fetch this file. We try again; if it stays so, check the channel's token.",
    ),
    "channel": (
        "Kanal ini sedang bermasalah, jadi file belum dapat diambil. Periksa kanal, lalu coba lagi.",
        "This channel has a problem, so the file could not be fetched yet. Check the channel, then try again.",
    ),
    "unreachable": (
        "Penyedia tidak dapat dihubungi. Akan dicoba lagi sebentar lagi.",
        "The provider could not be reached. We try again in a moment.",
    ),
    "slow": (
        "Penyedia terlalu lambat memberikan file ini. Akan dicoba lagi sebentar lagi.",
        "The provider is too slow to give this file. We try again in a moment.",
    ),
    "broken": (
        "Pengambilan file terputus di tengah jalan. Akan dicoba lagi sebentar lagi.",
        "Fetching this file broke off. We try again in a moment.",
    ),
    "provider": (
        "Penyedia sedang bermasalah. Akan dicoba lagi sebentar lagi.",
        "The provider has a problem. We try again in a moment.",
    ),
    "no_space": (
        "Tempat penyimpanan file penuh. Pesannya aman; minta pengelola mengosongkan tempat, lalu coba lagi.",
        "There is no space left for files. The message is safe; ask whoever runs ROMS to make room, then try again.",
    ),
    "storage": (
        "Tempat penyimpanan file tidak dapat dipakai. Akan dicoba lagi sebentar lagi.",
        "The storage for files does not work. We try again in a moment.",
    ),
    "broke_us": (
        "File ini tidak dapat kami olah. Coba lagi, atau minta pengirim mengirimnya dalam bentuk lain.",
        "We could not process this file. Try again, or ask the sender for another form of it.",
    ),
}
UPLOADS: Mapping[str, tuple[str, str]] = {
    "upload_too_large": (
        "File ini terlalu besar: kanal ini menerima paling banyak {most}. Perkecil dulu, atau kirim tautannya.",
        "This file is too large: this channel takes at most {most}. Make it smaller, or send a link to it.",
    ),
    "upload_type": (
        "Kanal ini tidak menerima file semacam ini. Yang diterima: {types}.",
        "This channel does not take such a file. It takes: {types}.",
    ),
    "upload_empty": ("File ini kosong. Pilih file lain.", "This file is empty. Choose another one."),
    "upload_too_many_pixels": (
        "Gambar ini terlalu besar ukurannya. Perkecil dulu, lalu coba lagi.",
        "This picture has too many pixels. Make it smaller, then try again.",
    ),
    "upload_no_space": (
        "File tidak dapat disimpan sekarang. Coba lagi sebentar lagi, atau beri tahu pengelola.",
        "The file could not be stored now. Try again in a moment, or tell whoever runs ROMS.",
    ),
}
OTHERWISE = "broke_us"
ALIASES = {"address": "host", "redirects": "host"}


def said(code: str) -> dict[str, str]:
    """The sentence for a code, in both languages."""
    indonesian, english = WORDS.get(ALIASES.get(code, code), WORDS[OTHERWISE])
    return {"id": indonesian, "en": english}


def upload(code: str, most: int = 0, types: Sequence[str] = ()) -> dict[str, str]:
    """Why a file is not taken, in both languages."""
    size = f"{most / MEGABYTE:.0f} MB" if most >= MEGABYTE else f"{most // 1024} kB"
    indonesian, english = (each.format(most=size, types=", ".join(types)) for each in UPLOADS[code])
    return {"id": indonesian, "en": english}
