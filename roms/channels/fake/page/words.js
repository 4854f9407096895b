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
    refused: "tidak sampai: webhook menolak atau tidak menjawab",
    sent: "baru tiba",
    delivered: "diterima",
    read: "dibaca",
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
    refused: "did not arrive: the webhook refused it or does not answer",
    sent: "just came",
    delivered: "delivered",
    read: "read",
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
