"""What we do not even try to send, and how any failure is said to a shop owner: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from roms.channels.failures import NeedsTemplate, OptedOut, Permanent, SendFailed
from roms.channels.sentences import sentence

Words = Mapping[str, str]  # by language

WINDOW, TOO_OLD, TEMPLATE, UNWANTED = "window_closed", "too_old", "template_not_sendable", "opted_out"
OURS: Mapping[str, tuple[type[SendFailed], str, Words]] = {
    WINDOW: (
        NeedsTemplate,
        "The contact last wrote more than 24 hours ago; it was not sent.",
        {
            "id": "Pelanggan terakhir menulis lebih dari 24 jam lalu; WhatsApp hanya menerima templat. Kirim templat.",
            "en": "The customer last wrote more than 24 hours ago, so WhatsApp takes only a template. Send a template.",
        },
    ),
    TOO_OLD: (
        Permanent,
        "It waited for more than 24 hours; it was not sent.",
        {
            "id": "Pesan ini menunggu lebih dari 24 jam karena saluran bermasalah, jadi tidak dikirim lagi. "
            "Periksa saluran, lalu tulis pesan baru bila masih perlu.",
            "en": "This message waited for more than 24 hours because the channel did not work, so it was not sent. "
            "Look at the channel, and write anew if it still matters.",
        },
    ),
    TEMPLATE: (
        Permanent,
        "The template may not be sent (any more): the provider paused, disabled, rejected or removed it.",
        {
            "id": "Templat ini tidak boleh dikirim sekarang (dijeda, dimatikan, ditolak, dihapus). Pilih yang lain.",
            "en": "This template may not be sent now (paused, disabled, rejected or removed). Choose another one.",
        },
    ),
    UNWANTED: (
        OptedOut,
        "The contact wants no messages that we begin; it was not sent.",
        {
            "id": "Pelanggan minta tidak dikirimi promosi (STOP), jadi pesan ini tidak dikirim. "
            "Tunggu sampai ia menulis lebih dahulu.",
            "en": "The customer asked for no promotions (STOP), so this was not sent. "
            "Wait until they write to you first.",
        },
    ),
    "sender_vanished": (
        SendFailed,
        "",
        {
            "id": "Tidak pasti apakah pesan ini terkirim. Tanyakan ke pelanggan, atau kirim ulang bila belum sampai.",
            "en": "Nobody knows whether this message was sent. Ask the customer, or send it again if it is not there.",
        },
    ),
}


def refusal(code: str) -> SendFailed:
    """Why we refuse to send, as if the provider had."""
    kind, text, _ = OURS[code]
    return kind(text, code)


def said(kind: str, code: str, error_class: str) -> Words:
    """The sentence about a failure on a channel of this kind, in both languages."""
    return OURS[code][2] if code in OURS else sentence(kind, code, error_class)
