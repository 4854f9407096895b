"""What a failure means to a shop owner, and what to do next, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

CLASSES: Mapping[str, Mapping[str, str]] = {
    "retryable": {
        "id": "Penyedia sedang sibuk atau tidak terjangkau. Pesan dicoba lagi dengan sendirinya.",
        "en": "The provider is busy or cannot be reached. The message is tried again by itself.",
    },
    "retry_after_24h": {
        "id": "Hari ini WhatsApp tidak meneruskan pesan seperti ini lagi ke orang ini. Coba lagi besok.",
        "en": "WhatsApp lets no more such messages through to this person today. Try again tomorrow.",
    },
    "permanent": {
        "id": "Pesan ini tidak bisa dikirim. Periksa isi dan nomornya, lalu tulis pesan baru.",
        "en": "This message cannot be sent. Check what it says and the number, then write a new one.",
    },
    "needs_template": {
        "id": "Pelanggan terakhir menulis lebih dari 24 jam lalu. Kirim templat.",
        "en": "The customer last wrote more than 24 hours ago. Send a template.",
    },
    "opted_out": {
        "id": "Orang ini tidak mau menerima pesan seperti ini. Tunggu sampai ia menulis sendiri.",
        "en": "This person does not want such messages. Wait until they write.",
    },
    "fix_channel": {
        "id": "Saluran ini tidak berfungsi (token, pembayaran, belum masuk). Minta admin melihat halaman saluran.",
        "en": "This channel does not work (token, payment, not signed in). Ask an admin to look at its page.",
    },
    "unknown_outcome": {
        "id": "Tidak pasti apakah pesan ini terkirim. Tanyakan ke pelanggan, atau kirim ulang bila belum sampai.",
        "en": "Nobody knows whether this message was sent. Ask the customer, or send it again if it did not arrive.",
    },
}


def sentence(kind: str, code: str, error_class: str) -> Mapping[str, str]:
    """For a failure of this class on a channel of this kind; what has no class is told as permanent."""
    return CLASSES.get(error_class) or CLASSES["permanent"]
