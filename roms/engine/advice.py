"""Why a finding matters and how it is mended, in English and Indonesian, by code."""

from __future__ import annotations

_YAML = (
    "Flow files are plain: keys, texts, numbers, lists; write it out instead.",
    "Berkas alur itu sederhana: kunci, teks, angka, daftar; tulis saja lengkap.",
)
_QUOTES = ('Put the whole text in quotes: "…".', 'Apit seluruh teksnya dengan tanda kutip: "…".')
_WHOLE = (
    'The quotes go around the whole text; for a quote inside use the other kind: "it\'s", \'say "hi"\'.',
    "Tanda kutip mengapit seluruh teks; untuk kutipan di dalamnya pakai jenis lain: 'tulis \"cs\"'.",
)
_COLUMNS = (
    "What belongs together begins in the same column, with spaces and not with tabs.",
    "Yang sekelompok mulai di kolom yang sama, dengan spasi, bukan tab.",
)
_BRACKETS = (
    "What is opened must be closed, and `,` stands between the parts; a text with , or : in it needs quotes.",
    "Yang dibuka harus ditutup, dengan `,` di antara bagiannya; teks berisi , atau : perlu tanda kutip.",
)
_SHAPE = (
    "The bot can only do what is described in docs/flows-reference.md; compare with the example there.",
    "Bot hanya bisa yang dijelaskan di docs/flows-reference.md; bandingkan dengan contohnya.",
)
_EXPRESSION = (
    "A condition that cannot be read would break the talk; correct it here.",
    "Kondisi yang tidak terbaca akan memutus percakapan; perbaiki di sini.",
)
_UNKNOWN = (
    "The talk would break here; correct the name, or write what is missing.",
    "Percakapan akan putus di sini; perbaiki namanya, atau tulis yang belum ada.",
)
_SHADOWED = (
    "One of the two never hears it; remove it there or here, or choose another word.",
    "Salah satunya tidak akan pernah mendengarnya; hapus di sana atau di sini, atau pilih kata lain.",
)
_TOO_LONG = (
    "WhatsApp would cut or refuse it; make it shorter, or split it.",
    "WhatsApp akan memotong atau menolaknya; pendekkan, atau bagi dua.",
)
_NO_MEDIA = (
    "No channel would show it; save it as png, jpg, mp4, mp3 or pdf, or say it as `document`.",
    "Tidak ada kanal yang menampilkannya; simpan sebagai png, jpg, mp4, mp3 atau pdf, atau ucapkan sebagai `document`.",
)
_LIFECYCLE = (
    "Without it a conversation could be stuck or unanswered; compare with the shipped lifecycle.yaml.",
    "Tanpa ini percakapan bisa macet atau tidak dijawab; bandingkan dengan lifecycle.yaml bawaan.",
)
_HOURS = (
    "Contacts would be told the wrong hours; compare with the example in docs/flows-reference.md.",
    "Kontak akan diberi jam yang salah; bandingkan dengan contoh di docs/flows-reference.md.",
)
_FAMILIES = (("yaml", _YAML), ("shape", _SHAPE), ("expression", _EXPRESSION), ("function", _EXPRESSION),
             ("pattern", _EXPRESSION), ("unknown", _UNKNOWN))  # fmt: skip

_BY_CODE: dict[str, tuple[str, str]] = {
    "yaml": _BRACKETS,
    "yaml-twice": ("Only one of them would count; remove the other.", "Hanya satu yang berlaku; hapus yang lain."),
    "yaml-tab": _COLUMNS,
    "yaml-indent": _COLUMNS,
    "yaml-colon": _QUOTES,
    "yaml-comma": _QUOTES,
    "yaml-start": _QUOTES,
    "yaml-smart": (
        "Write the straight ones of the keyboard: \" or '.",
        "Pakai yang lurus dari papan ketik: \" atau '.",
    ),
    "yaml-space": ("Write `key: value`, with a space.", "Tulis `kunci: nilai`, dengan spasi."),
    "yaml-word": ("Write `key: value`, with a space.", "Tulis `kunci: nilai`, dengan spasi."),
    "yaml-after": _WHOLE,
    "yaml-open": _BRACKETS,
    "yaml-extra": ("Remove it, or open it further left.", "Hapus, atau buka di sebelah kirinya."),
    "yaml-inside": _BRACKETS,
    "duration": ("Nobody could tell how long that is; write 30m.", "Lamanya tidak jelas; tulis misalnya 30m."),
    "braces": ("It would be sent as it stands; close the braces.", "Akan terkirim apa adanya; tutup kurungnya."),
    "hole": ("It would be sent as it stands; write {{name}}.", "Akan terkirim apa adanya; tulis {{nama}}."),
    "language": (
        "Contacts of that language read the other one; add the missing text.",
        "Kontak berbahasa itu akan membaca bahasa lain; tambahkan teksnya.",
    ),
    "text-long": _TOO_LONG,
    "label-long": _TOO_LONG,
    "options-many": _TOO_LONG,
    "label-twice": (
        "Nobody could tell the two apart; name them differently.",
        "Keduanya tidak bisa dibedakan; beri nama yang berbeda.",
    ),
    "unknown-saved": (
        "It would always be empty; correct the name, or set it in that flow.",
        "Isinya akan selalu kosong; perbaiki namanya, atau isi di alur itu.",
    ),
    "caption-long": _TOO_LONG,
    "buttons-many": _TOO_LONG,
    "media-missing": (
        "It could not be sent; put it into media/ beside the flows, or correct the name.",
        "Tidak bisa dikirim; taruh di media/ di samping alur, atau perbaiki namanya.",
    ),
    "media-unused": (
        "It would be kept with every release for nothing; say it somewhere, or remove it.",
        "Tersimpan percuma di tiap rilis; pakai di suatu tempat, atau hapus.",
    ),
    "media-name": (
        "Some system could not keep it; use letters, digits, - and _, no folders.",
        "Ada sistem yang tidak bisa menyimpannya; pakai huruf, angka, - dan _, tanpa folder.",
    ),
    "media-unknown": _NO_MEDIA,
    "media-extension": (
        "Phones would refuse it; rename it to what it is, or save it anew.",
        "Ponsel akan menolaknya; ganti nama sesuai isinya, atau simpan ulang.",
    ),
    "media-kind": _NO_MEDIA,
    "media-large": (
        "The provider would refuse it; save it smaller.",
        "Penyedia akan menolaknya; simpan lebih kecil.",
    ),
    "media-address": (
        "Nobody could fetch it; write media/… or an address that begins with https:// and a host without holes.",
        "Tidak bisa diambil; tulis media/… atau alamat dengan https:// dan nama host yang tetap.",
    ),
    "button-payload": (
        "A tap would only bring the main menu; give a flow `- payload: …`.",
        "Ketukannya hanya membawa ke menu utama; beri satu alur `- payload: …`.",
    ),
    "button-typed": (
        "Where there are no buttons people type what they read; add it to that flow's `keywords`.",
        "Di kanal tanpa tombol orang mengetik yang dibaca; tambahkan ke `keywords` alur itu.",
    ),
    "contact-phone": (
        "Nobody could call it; write it like +62 812-3456-7890.",
        "Tidak bisa dihubungi; tulis seperti +62 812-3456-7890.",
    ),
    "flow-twice": (
        "`go` would not know which is meant; give this one another name.",
        "`go` tidak tahu yang mana; beri nama lain.",
    ),
    "two-controls": (
        "Only one can come next; make two steps of it.",
        "Hanya satu yang bisa dijalankan; jadikan dua langkah.",
    ),
    "no-otherwise": (
        "Messages that fit no keyword would break the talk; give one flow `- otherwise: true`.",
        "Pesan tanpa kata kunci akan memutus percakapan; beri satu alur `- otherwise: true`.",
    ),
    "rate-place": (
        "Only there are the rules kept: within 24 hours, once a day, and nobody who wants no messages; move it there.",
        "Hanya di sana aturannya dijaga: dalam 24 jam, sekali sehari, dan bukan yang berhenti; pindahkan ke sana.",
    ),
    "rate-twice": (
        "Each closing has one rating; ask the second question with `menu` or `ask`.",
        "Satu penutupan satu nilai; ajukan pertanyaan kedua dengan `menu` atau `ask`.",
    ),
    "comment-place": (
        "Nothing would be kept with it; write `as: text`, or ask in the flow that has the `rate`.",
        "Tidak ada yang tersimpan bersamanya; tulis `as: text`, atau tanyakan di alur yang punya `rate`.",
    ),
    "two-otherwise": _SHADOWED,
    "branch-otherwise": (
        "The talk would break where no case holds; end with `- {otherwise: true, go: …}`.",
        "Percakapan putus bila tak ada yang cocok; akhiri dengan `- {otherwise: true, go: …}`.",
    ),
    "option-twice": _SHADOWED,
    "keyword-twice": _SHADOWED,
    "keyword-person": _SHADOWED,
    "option-person": _SHADOWED,
    "option-interrupted": _SHADOWED,
    "keyword-empty": ("Nobody can type it; remove it.", "Tidak bisa diketik; hapus saja."),
    "circle": (
        "The bot would talk without end; put a question or an `end` in between.",
        "Bot akan bicara tanpa henti; sisipkan pertanyaan atau `end`.",
    ),
    "unreachable": (
        "What stands there is never said; lead to it with `go`, or remove it.",
        "Isinya tidak pernah terucap; arahkan dengan `go`, atau hapus.",
    ),
    "no-trigger": (
        "It is never said; give it `triggers`, or lead to it with `go`.",
        "Tidak pernah terucap; beri `triggers`, atau arahkan dengan `go`.",
    ),
    "case-never": (
        "What it leads to is not said; put it further up, or remove it.",
        "Tujuannya tidak terucap; pindahkan ke atas, atau hapus.",
    ),
    "interrupt-alone": (
        "Events count only where no question waits; remove `interrupt`.",
        "Event hanya berlaku bila tak ada pertanyaan; hapus `interrupt`.",
    ),
    "unknown-team": (
        "Nobody would get it; make the team first, or correct its name.",
        "Tidak ada yang akan menerimanya; buat timnya dulu, atau perbaiki namanya.",
    ),
    "unknown-label": (
        "It is made, grey, when it is first put on; make it before to choose its colour.",
        "Label dibuat otomatis, abu-abu, saat pertama dipakai; buat dulu bila ingin memilih warnanya.",
    ),
    "zone": _HOURS,
    "day": _HOURS,
    "day-twice": _HOURS,
    "span": _HOURS,
    "holiday": _HOURS,
    "return-alone": ("There would be nothing to return to.", "Tidak ada tempat untuk kembali."),
    "trigger-empty": ("It can never start anything.", "Tidak akan pernah memulai apa pun."),
    "silence": (
        "The contact would wait for nothing; `say` something on the way, or hand over.",
        "Kontak akan menunggu sia-sia; tambahkan `say`, atau serahkan ke orang.",
    ),
    "no-way-out": (
        "The contact is asked for ever; let one answer lead to `end`, `close` or `handoff`.",
        "Kontak ditanya terus; arahkan satu jawaban ke `end`, `close` atau `handoff`.",
    ),
    "no-person": (
        "Whom the bot cannot help gives up; lead `invalid.then` or an option to a `handoff`.",
        "Yang tidak terbantu bot akan pergi; arahkan `invalid.then` atau satu pilihan ke `handoff`.",
    ),
    "unset": (
        "The text would have a gap, or the talk break; `set` it on every way, "
        'ask `known(…)` first, or write {{name|default:"…"}}.',
        "Teksnya bolong, atau percakapan putus; isi di semua jalan, tanya `known(…)` dulu, "
        'atau tulis {{nama|default:"…"}}.',
    ),
    "timeout-zero": ("Nobody could ever answer; write 30m.", "Tidak ada yang sempat menjawab; tulis 30m."),
    "timeout-late": (
        "What comes after it is never said; make it shorter.",
        "Yang sesudahnya tidak pernah terucap; persingkat.",
    ),
    "http-method": ("Say how and where to ask: `get: https://…`.", "Tulis cara dan alamatnya: `get: https://…`."),
    "http-url": (
        "A flow may ask only whom its author chose; write the host out, put values into the path or the query.",
        "Alur hanya boleh bertanya ke pilihan penulisnya; tulis host-nya, isi nilai di jalur atau kueri.",
    ),
    "http-body": (
        "It would be thrown away; put the values into the address, or use `post`.",
        "Isinya akan terbuang; masukkan ke alamat, atau pakai `post`.",
    ),
    "http-header": (
        "Letters, digits and -, and not what the connection itself needs; remove it.",
        "Huruf, angka, dan -, dan bukan milik koneksi itu sendiri; hapus.",
    ),
    "http-status": (
        "It would never be answered; write a number from 200 to 599 that is no redirect.",
        "Tidak akan pernah dijawab; tulis angka 200 sampai 599 yang bukan pengalihan.",
    ),
    "http-timeout": (
        "The contact waits meanwhile; write 10s, or leave it out.",
        "Kontak menunggu selama itu; tulis 10s, atau hilangkan.",
    ),
    "http-host": (
        "Whoever runs the server decides whom flows may ask; add the host to the setting.",
        "Pengelola server yang menentukan; tambahkan host-nya ke pengaturan.",
    ),
    "http-secret": (
        "It would have to be sent without it; add the secret to the file.",
        "Terpaksa dikirim tanpa itu; tambahkan ke berkasnya.",
    ),
    "secret-place": (
        "A secret must never be said or stored; use it in a header, or choose another name.",
        "Rahasia tidak boleh terucap atau tersimpan; pakai di header, atau ganti namanya.",
    ),
    "wait-zero": ("It would not wait; remove it, or write 30m.", "Tidak akan menunggu; hapus, atau tulis 30m."),
    "wait-moment": (
        'Nobody could tell when that is; write "2025-11-03 10:00", or an expression that begins with =.',
        'Tidak jelas kapan itu; tulis "2025-11-03 10:00", atau ekspresi yang diawali =.',
    ),
    "wait-last": (
        "The contact would wait for nothing; let a step that says something follow.",
        "Kontak menunggu sia-sia; tambahkan langkah yang mengucapkan sesuatu.",
    ),
    "burst-time": (
        "With less nothing is gathered, with more the contact waits for nothing; write 3s.",
        "Kalau kurang tak ada yang terkumpul, kalau lebih kontak menunggu sia-sia; tulis 3s.",
    ),
    "window": (
        "What is said then would be refused; make it shorter than 24h.",
        "Yang diucapkan saat itu akan ditolak; buat kurang dari 24h.",
    ),
}


def advice(code: str) -> tuple[str, str]:
    """Why and what to do, in English and Indonesian."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    return next((words for family, words in _FAMILIES if code.startswith(family)), _LIFECYCLE)
