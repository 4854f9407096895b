"""What the checker says, in English and Indonesian, by code."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    # reading
    "yaml": ("this is not YAML: %(why)s", "ini bukan YAML yang benar: %(why)s"),
    "yaml-tab": ("a Tab begins here", "ada Tab di sini"),
    "yaml-smart": ("`%(word)s` is no quote that counts here", "`%(word)s` bukan tanda kutip yang berlaku di sini"),
    "yaml-space": ("a space is missing after the colon", "kurang spasi setelah titik dua"),
    "yaml-indent": (
        "this line begins in another column than those it belongs to",
        "baris ini mulai di kolom yang lain dari baris kelompoknya",
    ),
    "yaml-colon": ("a text with a colon in it needs quotes", "teks yang berisi titik dua perlu tanda kutip"),
    "yaml-after": ("the text goes on behind its closing quote", "teksnya berlanjut setelah tanda kutip penutup"),
    "yaml-start": ("a text cannot begin with %(word)s", "teks tidak bisa diawali %(word)s"),
    "yaml-open": ("this %(word)s is never closed", "kurung %(word)s ini tidak pernah ditutup"),
    "yaml-extra": ("this %(word)s closes nothing", "kurung %(word)s ini tidak menutup apa-apa"),
    "yaml-inside": ("a comma or a bracket is missing before this", "kurang koma atau kurung sebelum ini"),
    "yaml-word": ("a colon is missing here: `key: value`", "kurang titik dua di sini: `kunci: nilai`"),
    "yaml-comma": (
        "a text with a comma in it needs quotes here; `%(word)s` was taken for a key",
        "teks berisi koma perlu tanda kutip di sini; `%(word)s` terbaca sebagai kunci",
    ),
    "yaml-empty": ("the file is empty", "berkas ini kosong"),
    "yaml-size": ("the file has %(kilobytes)s KB, more than 256", "berkas ini %(kilobytes)s KB, lebih dari 256"),
    "yaml-character": ("a character here cannot be read", "ada karakter di sini yang tidak bisa dibaca"),
    "yaml-documents": (
        "one file holds one document; a second one begins here",
        "satu berkas berisi satu dokumen; yang kedua dimulai di sini",
    ),
    "yaml-nodes": ("more than %(most)s values in one file", "lebih dari %(most)s nilai dalam satu berkas"),
    "yaml-depth": ("nested deeper than %(most)s levels", "bersarang lebih dari %(most)s tingkat"),
    "yaml-alias": ("aliases are not allowed: %(word)s", "alias tidak diperbolehkan: %(word)s"),
    "yaml-anchor": ("anchors are not allowed: %(word)s", "jangkar (anchor) tidak diperbolehkan: %(word)s"),
    "yaml-tag": ("tags are not allowed: %(word)s", "tag tidak diperbolehkan: %(word)s"),
    "yaml-merge": ("merge keys (<<) are not allowed", "kunci gabungan (<<) tidak diperbolehkan"),
    "yaml-key": ("a key must be a plain word", "kunci harus berupa kata biasa"),
    "yaml-twice": ("`%(word)s` is already there, in line %(line)s", "`%(word)s` sudah ada, di baris %(line)s"),
    # shape
    "shape-required": ("`%(word)s` is missing here", "`%(word)s` belum ada di sini"),
    "shape-unknown": ("`%(word)s` is not known here", "`%(word)s` tidak dikenal di sini"),
    "shape-type": ("this must be %(wanted)s", "ini harus berupa %(wanted_id)s"),
    "shape-choice": ("`%(word)s` is none of %(choices)s", "`%(word)s` bukan salah satu dari %(choices)s"),
    "shape-name": (
        "`%(word)s` is no name: letters, digits, _ and -, beginning with a letter",
        "`%(word)s` bukan nama: huruf, angka, _ dan -, diawali huruf",
    ),
    "shape-pattern": ("`%(word)s` does not look right here", "`%(word)s` tidak cocok di sini"),
    "shape-empty": ("this must not be empty", "ini tidak boleh kosong"),
    "shape-long": ("this is too long: at most %(most)s", "ini terlalu panjang: paling banyak %(most)s"),
    "shape-range": ("this must be between %(least)s and %(most)s", "ini harus antara %(least)s dan %(most)s"),
    "shape-other": ("this does not fit here: %(why)s", "ini tidak cocok di sini: %(why)s"),
    # expressions and texts
    "expression-extra": ("`%(word)s` is too much here", "`%(word)s` berlebih di sini"),
    "expression-sign": ("`%(word)s` is no part of an expression", "`%(word)s` bukan bagian dari ekspresi"),
    "expression-equals": ("one `=` compares nothing; write `==`", "satu `=` tidak membandingkan; tulis `==`"),
    "expression-value": ("a value is missing here", "di sini kurang sebuah nilai"),
    "expression-needs": ("`%(why)s` is missing here", "di sini kurang `%(why)s`"),
    "expression-deep": ("nested too deep", "bersarang terlalu dalam"),
    "expression-long": ("longer than %(why)s characters", "lebih dari %(why)s karakter"),
    "unknown-function": ("there is no function `%(word)s`", "tidak ada fungsi `%(word)s`"),
    "function-values": ("%(word)s() takes %(why)s value(s)", "%(word)s() butuh %(why)s nilai"),
    "pattern-written": ("the pattern must be written here in quotes", "pola harus ditulis di sini dalam tanda kutip"),
    "pattern": ("this is no pattern: %(why)s", "ini bukan pola yang benar: %(why)s"),
    "duration": ("%(word)s is no duration like 30m, 24h or 1h30m", "%(word)s bukan durasi seperti 30m, 24h atau 1h30m"),
    "braces": ("`%(word)s` stands alone; a hole is written {{name}}", "`%(word)s` sendirian; tulis {{nama}}"),
    "hole": (
        '`%(word)s` is not understood; write {{name}} or {{name|default:"text"}}',
        '`%(word)s` tidak dimengerti; tulis {{nama}} atau {{nama|default:"teks"}}',
    ),
    "unknown-filter": ("there is no filter `%(word)s`", "tidak ada filter `%(word)s`"),
    "unknown-fact": (
        "there is no `%(word)s`; there is %(choices)s",
        "tidak ada `%(word)s`; yang ada %(choices)s",
    ),
    "unknown-contact": (
        "a flow may set contact.language and contact.name, not `%(word)s`",
        "alur boleh mengisi contact.language dan contact.name, bukan `%(word)s`",
    ),
    "unknown-variable": ("no flow ever sets `%(word)s`", "tidak ada alur yang mengisi `%(word)s`"),
    "language": ("this text has no `%(word)s`", "teks ini belum ada `%(word)s`"),
    "text-long": ("longer than the 4,096 characters WhatsApp sends", "lebih dari 4.096 karakter yang dikirim WhatsApp"),
    # sayings
    "media-missing": ("there is no file `%(word)s`", "tidak ada berkas `%(word)s`"),
    "media-unused": ("no flow says this file", "tidak ada alur yang memakai berkas ini"),
    "media-name": ("`%(word)s` is no name for a media file", "`%(word)s` bukan nama untuk berkas media"),
    "media-unknown": ("this is none of %(kinds)s", "ini bukan salah satu dari %(kinds)s"),
    "media-extension": ("the name says otherwise, but this is %(word)s", "namanya lain, padahal isinya %(word)s"),
    "media-kind": (
        "`%(word)s` cannot be said as `%(kind)s`: that takes %(kinds)s",
        "`%(word)s` tidak bisa jadi `%(kind)s`: yang bisa %(kinds)s",
    ),
    "media-large": (
        "`%(word)s` has %(size)s, more than %(most)s",
        "`%(word)s` sebesar %(size)s, lebih dari %(most)s",
    ),
    "media-address": (
        "`%(word)s` is neither a file like media/prices.png nor an https address",
        "`%(word)s` bukan berkas seperti media/harga.png, bukan pula alamat https",
    ),
    "caption-long": (
        "the caption has %(length)s characters; WhatsApp takes %(most)s",
        "keterangannya %(length)s karakter; WhatsApp menerima %(most)s",
    ),
    "buttons-many": ("%(word)s buttons; WhatsApp shows %(most)s", "%(word)s tombol; WhatsApp menampilkan %(most)s"),
    "button-payload": ("no trigger hears the button `%(word)s`", "tidak ada pemicu untuk tombol `%(word)s`"),
    "button-typed": (
        "whoever types `%(word)s` does not start the flow `%(other)s`",
        "yang mengetik `%(word)s` tidak memulai alur `%(other)s`",
    ),
    "contact-phone": ("`%(word)s` is no telephone number", "`%(word)s` bukan nomor telepon"),
    # sense
    "lifecycle-missing": ("lifecycle.yaml is missing", "lifecycle.yaml belum ada"),
    "flow-twice": ("there is already a flow `%(word)s`, in %(where)s", "sudah ada alur `%(word)s`, di %(where)s"),
    "unknown-step": ("there is no step `%(word)s`", "tidak ada langkah `%(word)s`"),
    "unknown-flow": ("there is no flow `%(word)s`", "tidak ada alur `%(word)s`"),
    "unknown-saved": (
        "nothing in the flow `%(flow)s` sets `%(word)s`",
        "tidak ada yang mengisi `%(word)s` di alur `%(flow)s`",
    ),
    "two-controls": (
        "a step has one control; this one has %(word)s",
        "satu langkah punya satu kendali; ini punya %(word)s",
    ),
    "no-otherwise": (
        "no flow has `otherwise: true` without a condition: some messages would get no answer",
        "belum ada alur dengan `otherwise: true` tanpa syarat: ada pesan yang tidak akan dijawab",
    ),
    "rate-place": (
        "`rate` stands in flow %(word)s, which no `event: closed_by_agent` begins",
        "`rate` ada di alur %(word)s, yang tidak dimulai oleh `event: closed_by_agent`",
    ),
    "rate-twice": ("this flow asks for a rating already, in %(word)s", "alur ini sudah meminta nilai, di %(word)s"),
    "comment-place": (
        "`as: comment` belongs to a rating, and flow %(word)s asks for none",
        "`as: comment` milik sebuah nilai, dan alur %(word)s tidak memintanya",
    ),
    "two-otherwise": ("`otherwise` stands already in %(where)s", "`otherwise` sudah ada di %(where)s"),
    "branch-otherwise": (
        "a branch ends with one `otherwise: true`, as its last case",
        "branch diakhiri satu `otherwise: true`, sebagai kasus terakhir",
    ),
    "case-never": (
        "no talk ever takes this case: what stands before it, or its own `when`, forbids it",
        "kasus ini tidak pernah terpakai: terhalang kasus sebelumnya, atau `when`-nya sendiri",
    ),
    "option-twice": ("`%(word)s` already chooses option %(other)s", "`%(word)s` sudah memilih pilihan %(other)s"),
    "keyword-twice": ("`%(word)s` already starts the flow `%(other)s`", "`%(word)s` sudah memulai alur `%(other)s`"),
    "keyword-empty": ("`%(word)s` has no letter or digit", "`%(word)s` tidak punya huruf atau angka"),
    "circle": ("the steps %(word)s run in a circle without a question", "langkah %(word)s berputar tanpa pertanyaan"),
    "unreachable": ("nobody can reach the step `%(word)s`", "langkah `%(word)s` tidak bisa dicapai"),
    "no-trigger": ("nothing starts the flow `%(word)s`", "tidak ada yang memulai alur `%(word)s`"),
    "silence": (
        "the talk can end at `%(word)s` without an answer",
        "percakapan bisa berakhir di `%(word)s` tanpa jawaban",
    ),
    "no-way-out": (
        "whatever is answered to `%(word)s`, the flow never ends",
        "apa pun jawaban di `%(word)s`, alur ini tidak pernah selesai",
    ),
    "no-person": (
        "from `%(word)s` no way leads to a person within %(most)s turns",
        "dari `%(word)s` tidak ada jalan ke orang dalam %(most)s giliran",
    ),
    "unset": (
        "`%(word)s` is read here, but some way here never sets it",
        "`%(word)s` dibaca di sini, tetapi ada jalan ke sini yang tidak mengisinya",
    ),
    "options-many": (
        "%(word)s choices; a list on WhatsApp shows %(most)s",
        "%(word)s pilihan; daftar di WhatsApp menampilkan %(most)s",
    ),
    "label-long": (
        "the label of `%(word)s` has %(length)s letters; WhatsApp shows %(most)s",
        "label `%(word)s` panjangnya %(length)s huruf; WhatsApp menampilkan %(most)s",
    ),
    "label-twice": (
        "`%(word)s` looks the same as option %(other)s",
        "`%(word)s` terlihat sama dengan pilihan %(other)s",
    ),
    "timeout-zero": ("a timeout of no time at all", "batas waktu nol"),
    "timeout-late": (
        "the lifecycle closes a silent conversation after %(most)s: this never happens",
        "siklus menutup percakapan diam setelah %(most)s: ini tidak pernah terjadi",
    ),
    "http-method": (
        "`http` needs exactly one of get, post, put, patch and delete",
        "`http` perlu tepat satu dari get, post, put, patch, dan delete",
    ),
    "http-url": (
        "an address is https://host/path, its host written out, without a name, a password or a #",
        "alamat berbentuk https://host/jalur, host-nya tertulis lengkap, tanpa nama, sandi, atau #",
    ),
    "http-body": ("`%(word)s` takes no body", "`%(word)s` tidak memakai body"),
    "http-header": ("`%(word)s` is no header that can be set", "`%(word)s` bukan header yang bisa diisi"),
    "http-status": ("`%(word)s` is no status like 404", "`%(word)s` bukan status seperti 404"),
    "http-timeout": ("a call takes from 1s to 30s", "panggilan boleh 1s sampai 30s"),
    "http-host": (
        "ROMS_HTTP_HOSTS does not list `%(word)s`: every call fails",
        "`%(word)s` tidak ada di ROMS_HTTP_HOSTS: setiap panggilan gagal",
    ),
    "http-secret": (
        "the file of ROMS_HTTP_SECRETS has no `%(word)s`: every call fails",
        "`%(word)s` tidak ada di berkas ROMS_HTTP_SECRETS: setiap panggilan gagal",
    ),
    "secret-place": (
        "secrets are known only in the headers of `http`",
        "rahasia hanya dikenal di headers milik `http`",
    ),
    "wait-zero": ("a wait of no time at all", "menunggu nol waktu"),
    "wait-moment": (
        "`%(word)s` is no moment like 2025-11-03 10:00, and no day",
        "`%(word)s` bukan waktu seperti 2025-11-03 10:00, dan bukan tanggal",
    ),
    "wait-last": ("nothing follows this wait", "tidak ada yang terjadi setelah menunggu ini"),
    "burst-time": (
        "messages are gathered for 1s to 60s, not for `%(word)s`",
        "pesan dikumpulkan selama 1s sampai 60s, bukan `%(word)s`",
    ),
    "window": (
        "after 24 hours of silence WhatsApp takes no free text",
        "setelah 24 jam diam WhatsApp tidak menerima teks bebas",
    ),
    "keyword-person": (
        "`%(word)s` always reaches a person: it never starts this flow",
        "`%(word)s` selalu ke orang: tidak pernah memulai alur ini",
    ),
    "option-person": (
        "`%(word)s` always reaches a person: it never chooses this",
        "`%(word)s` selalu ke orang: tidak pernah memilih ini",
    ),
    "option-interrupted": (
        "`%(word)s` breaks in and starts the flow `%(other)s`: it never chooses this",
        "`%(word)s` menyela dan memulai alur `%(other)s`: tidak pernah memilih ini",
    ),
    "return-alone": ("`return` needs `interrupt: true`", "`return` perlu `interrupt: true`"),
    "trigger-empty": (
        "a trigger needs keywords, starts_with, pattern, payload, event or otherwise",
        "pemicu perlu keywords, starts_with, pattern, payload, event atau otherwise",
    ),
    "interrupt-alone": (
        "an event breaks into nothing: `interrupt` needs keywords, starts_with, pattern or payload",
        "event tidak menyela apa pun: `interrupt` perlu keywords, starts_with, pattern atau payload",
    ),
    # hours
    "zone": (
        "`%(word)s` is no time zone like Asia/Jakarta, WIB, WITA or WIT",
        "`%(word)s` bukan zona waktu seperti Asia/Jakarta, WIB, WITA atau WIT",
    ),
    "day": ("`%(word)s` is no day like mon or mon-fri", "`%(word)s` bukan hari seperti senin atau senin-jumat"),
    "day-twice": ("a day of `%(word)s` has its hours already", "salah satu hari `%(word)s` sudah punya jam buka"),
    "span": (
        "`%(word)s` is no span of hours like 08:00-17:00, and not `closed`",
        "`%(word)s` bukan rentang jam seperti 08:00-17:00, dan bukan `tutup`",
    ),
    "holiday": ("`%(word)s` is no date like 2026-12-25", "`%(word)s` bukan tanggal seperti 2026-12-25"),
    # teams and labels
    "unknown-team": ("there is no team `%(word)s`", "tidak ada tim `%(word)s`"),
    "unknown-label": ("nobody has made the label `%(word)s` yet", "label `%(word)s` belum pernah dibuat"),
    # lifecycle
    "mode-event": (
        "mode %(mode)s has no row for %(word)s, which nobody can forbid",
        "mode %(mode)s tidak punya baris untuk %(word)s, padahal itu tidak bisa dilarang",
    ),
    "last-row": ("the last row must have no `when`", "baris terakhir tidak boleh punya `when`"),
    "talk-mode": (
        "`talk` may stand only where the resulting mode is BOT",
        "`talk` hanya boleh di tempat yang hasilnya mode BOT",
    ),
    "action-event": ("`%(word)s` needs the event %(wanted)s", "`%(word)s` perlu kejadian %(wanted)s"),
    "duty": ("`%(word)s` without `%(wanted)s`: %(why)s", "`%(word)s` tanpa `%(wanted)s`: %(why_id)s"),
    "snooze-mode": (
        "`snoozed` may stand only in AGENT, and leads nowhere",
        "`snoozed` hanya boleh di AGENT, dan tidak berpindah mode",
    ),
    "snooze-wakes": (
        "what is snoozed would stay so: `%(word)s` must `do: [wake]`",
        "yang ditunda tidak kembali: `%(word)s` harus berisi `do: [wake]`",
    ),
    "mode-unreachable": ("mode %(word)s can never be reached", "mode %(word)s tidak pernah bisa dicapai"),
    "mode-stuck": ("from mode %(mode)s there is no way to %(word)s", "dari mode %(mode)s tidak ada jalan ke %(word)s"),
    "after-circle": (
        "the `after` of %(word)s run in a circle with nothing from outside",
        "`after` dari %(word)s berputar tanpa kejadian dari luar",
    ),
    "after-twice": ("one `idle` and one `for` at most", "paling banyak satu `idle` dan satu `for`"),
    "after-kind": ("`after` needs either `idle` or `for`", "`after` perlu `idle` atau `for`"),
    "lifecycle-name": (
        "`%(word)s` is not known to the lifecycle; it knows closed_for, only_thanks, now, "
        "contact.*, channel.*, conversation.*, hours.*, teams.* and message.*",
        "`%(word)s` tidak dikenal; yang dikenal closed_for, only_thanks, now, "
        "contact.*, channel.*, conversation.*, hours.*, teams.* dan message.*",
    ),
    "script-time": (
        "`%(word)s` is no time like `2025-11-03 10:00 Asia/Jakarta`",
        "`%(word)s` bukan waktu seperti `2025-11-03 10:00 Asia/Jakarta`",
    ),
}
