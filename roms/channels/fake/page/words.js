// What the page says, in Indonesian and English; the choice is remembered by the browser.

const WORDS = {
  id: {
    title: "Telepon tiruan",
    subtitle: "Jadilah pelanggan mana pun. Tidak ada pesan yang keluar dari komputer ini.",
    unreachable: "Server tiruan tidak menjawab. Mencoba lagi…",
    choose: "Pilih sebuah telepon, lalu kirim pesan seperti pelanggan.",
    name: "Nama (opsional)",
    number: "Nomor (opsional)",
    add: "Tambah telepon",
    badNumber: "Nomor itu tidak dapat dipakai.",
    write: "Tulis pesan",
    send: "Kirim",
    back: "Kembali",
    nothing: "Belum ada pesan",
    sending: "mengirim…",
    arrived: "terkirim",
    untold: "terkirim, tetapi penyedia ini tidak memberitahukannya kepada toko",
    refused: "tidak sampai: webhook menolak atau tidak menjawab",
    sent: "baru tiba",
    delivered: "diterima",
    read: "dibaca",
    seen: "dibaca toko",
    failed: "gagal",
    hidden: "Tanpa nomor (hanya nama pengguna)",
    attach: "Kirim yang lain",
    cancel: "Batal",
    typing: "sedang mengetik…",
    you: "Anda",
    shop: "Toko",
    edited: "diedit",
    deleted: "Pesan ini dihapus",
    forwarded: "Diteruskan",
    often: "Sering diteruskan",
    fromPhone: "dari HP toko",
    template: "templat",
    image: "Foto", video: "Video", voice: "Pesan suara", audio: "Audio", document: "Dokumen", sticker: "Stiker",
    location: "Lokasi", contact: "Kontak", order: "Pesanan", unsupported: "Jenis lain", text: "Teks",
    more_forwarded: "Teruskan teks", more_group: "Tulis di grup", more_business: "Toko menulis dari HP",
    number_changed: "Ganti nomor", user_id_changed: "Ganti ID pengguna",
    reply: "Balas", edit: "Edit", delete: "Hapus", unreact: "Hapus reaksi", actions: "Tindakan",
    dials: "Gangguan dan tautan",
    f_429: "429, tunggu 3 detik", f_500: "500 sebelum diterima", f_500after: "500 setelah diterima", f_hang: "Tidak menjawab",
    f_cut: "Putus setelah diterima", f_failed: "Status gagal", f_never: "Tanpa status", f_early: "Status lebih dulu",
    f_repeat: "Webhook tiga kali", f_hold: "Webhook bertukar urutan", f_drop: "Webhook hilang", f_media404: "Berkas 404 sekali",
    f_slow: "Berkas lambat", f_window: "Tutup jendela 24 jam", f_calm: "Semua normal",
    g_scan: "Minta pindai", g_working: "Pindai kode", g_failed: "Rusak", g_stopped: "Berhenti", g_passkey: "Minta passkey",
    s_scan: "menunggu pindaian", s_working: "tertaut", s_failed: "rusak", s_stopped: "berhenti", s_starting: "memulai",
    s_passkey: "minta passkey", s_passkey_confirm: "konfirmasi passkey",
    nothingSelected: "Pilih telepon dahulu.",
  },
  en: {
    title: "Fake phone",
    subtitle: "Be any customer. No message leaves this computer.",
    unreachable: "The fake server does not answer. Trying again…",
    choose: "Choose a phone, then write as a customer would.",
    name: "Name (optional)",
    number: "Number (optional)",
    add: "Add a phone",
    badNumber: "That number cannot be used.",
    write: "Write a message",
    send: "Send",
    back: "Back",
    nothing: "No messages yet",
    sending: "sending…",
    arrived: "sent",
    untold: "sent, but this provider does not tell the shop of it",
    refused: "did not arrive: the webhook refused it or does not answer",
    sent: "just came",
    delivered: "delivered",
    read: "read",
    seen: "read by the shop",
    failed: "failed",
    hidden: "Without a number (user name only)",
    attach: "Send something else",
    cancel: "Cancel",
    typing: "typing…",
    you: "You",
    shop: "Shop",
    edited: "edited",
    deleted: "This message was deleted",
    forwarded: "Forwarded",
    often: "Forwarded many times",
    fromPhone: "from the shop's phone",
    template: "template",
    image: "Photo", video: "Video", voice: "Voice message", audio: "Audio", document: "Document", sticker: "Sticker",
    location: "Location", contact: "Contact", order: "Order", unsupported: "Another kind", text: "Text",
    more_forwarded: "Forward a text", more_group: "Write in the group", more_business: "Shop writes on its phone",
    number_changed: "Change number", user_id_changed: "Change user ID",
    reply: "Reply", edit: "Edit", delete: "Delete", unreact: "Remove reaction", actions: "Actions",
    dials: "Faults and linking",
    f_429: "429, wait 3 seconds", f_500: "500 before taking", f_500after: "500 after taking", f_hang: "No answer",
    f_cut: "Cut after taking", f_failed: "Failed status", f_never: "No status", f_early: "Status first",
    f_repeat: "Webhook three times", f_hold: "Webhooks swapped", f_drop: "Webhook lost", f_media404: "File 404 once",
    f_slow: "Slow file", f_window: "Close 24-hour window", f_calm: "All normal",
    g_scan: "Ask for a scan", g_working: "Scan the code", g_failed: "Break", g_stopped: "Stop", g_passkey: "Ask for a passkey",
    s_scan: "waits for a scan", s_working: "linked", s_failed: "broken", s_stopped: "stopped", s_starting: "starting",
    s_passkey: "asks for a passkey", s_passkey_confirm: "confirm the passkey",
    nothingSelected: "Choose a phone first.",
  },
};

const preferred = navigator.language.startsWith("en") ? "en" : "id";
let language = localStorage.getItem("language") ?? preferred;

export const say = (key) => WORDS[language]?.[key] ?? WORDS.id[key];
export const locale = () => (language === "en" ? "en-GB" : "id-ID");
export const otherLanguage = () => (language === "en" ? "ID" : "EN");

export function switchLanguage() {
  language = language === "en" ? "id" : "en";
  localStorage.setItem("language", language);
}

// Put the words in their places: data-say is content, data-hint a placeholder and a name, data-label only a name.
export function spell() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-say]")) place.textContent = say(place.dataset.say);
  for (const place of document.querySelectorAll("[data-hint]")) place.placeholder = place.ariaLabel = say(place.dataset.hint);
  for (const place of document.querySelectorAll("[data-label]")) place.ariaLabel = place.title = say(place.dataset.label);
}
