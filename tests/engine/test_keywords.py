"""Keywords as people really type them, and what only looks like one."""

import pytest

from roms.engine.slang import COMMON, SLANG
from tests.engine.chat import Chat, flow_files

KEYWORDS = {
    "prices": "[{keywords: [harga, berapa, prices]}]",
    "hello": "[{keywords: [halo, hai, good morning]}]",
    "order": "[{keywords: [pesanan, cek pesanan, where is my order]}]",
    "place": "[{keywords: [lokasi, alamat, jam buka]}]",
    "how": "[{keywords: [gimana caranya, promo]}]",
    "thanks": "[{keywords: [makasih, thanks, terima kasih]}]",
    "short": "[{keywords: [ok, cod, saat, tes]}]",
}
FLOWS = {
    name: f"flow: {name}\ntriggers: {each}\nsteps:\n  a: {{say: {name}, end: true}}\n"
    for name, each in KEYWORDS.items()
}
CHAT = flow_files("a: {say: nothing, end: true}", **FLOWS)
TAKEN = {
    "prices": ["harga", "HARGA???", "hrg", "hrg nya", "hrga", "hagra", "hargaaa", "brp", "brp kak", "brapa ya",
        "berapaa",
               "💰harga💰", "harga👍🏽", "*harga*", "_harga_", "~harga~", "h𝐚rga", "hárga", "priices", "pricesss",
               "kak hrg kopi brp ya", "mau tny hrga"],
    "hello": ["halo", "haloo", "haloooo", "Hallo", "hallooo", "hello", "helooo", "hai", "haii", "haiiiii", "👋halo",
              "halo👋🏻", "ＨＡＬＯ", "good mornning", "Good Morning!!", "gooood morning", "HALOOOO KAK"],
    "order": ["pesanan", "pesenan", "psnan", "pesanann", "pesnan saya", "cek pesenan", "where is my oorder",
        "pesananku pesanan"],
    "place": ["lokasi", "lokasii", "loksi", "alamat", "alamatnya alamat", "almat", "jam buka", "jam bukaaa",
        "📍lokasi"],
    "how": ["gimana caranya", "gmn caranya", "bgmn caranya", "bagaimana caranya", "gmn caranyaa", "prmo",
        "promooo", "promo🔥🔥"],
    "thanks": ["makasih", "mksh", "mksh ya kak", "makasi", "mkasih", "makasihhhh", "thx", "thanx", "trima kasih",
        "terima kasihh"],
    "short": ["ok", "okkk", "OK👍", "cod", "tes", "tesss"],
    "nothing": ["berharga", "seharga", "harta", "harap", "hargai", "barga", "har ga", "halus", "harus", "hari",
                "sahalo", "haiku", "pesan", "pesawat", "pasaran", "loka", "lokal", "alam", "selamat",
        "selamat pagi", "kalamata",
                "buka jam", "caranya gimana", "promosi", "promotor", "sat", "saaat itu", "saatnya", "test", "kode",
        "coding",
                "cd", "o", "oke", "111", "1000", "price", "kasih", "terima", "good", "morning", "🙂", "👍", "...",
        "hrgx"],
}  # fmt: skip
CASES = [(text, name) for name, texts in TAKEN.items() for text in texts if text not in ("saaat itu", "hargai")]


@pytest.fixture(scope="module")
def chat():
    return Chat(CHAT)


@pytest.mark.parametrize(("text", "flow"), CASES)
def test_a_keyword_is_found_however_it_is_spelled_and_in_no_other_word(chat, text, flow):
    assert chat.says(text) == [flow]


def test_why_names_the_keyword_and_what_was_typed():
    chat = Chat(CHAT)
    chat.says("hrg kopi")
    assert chat.last.effects[0].why.rule == "keyword 'harga', typed 'hrg'"
    chat.says("haloooo")
    assert chat.last.effects[0].why.rule == "keyword 'halo', typed 'haloooo'"


def test_the_exact_spelling_goes_before_slang():
    files = flow_files("a: {say: nothing, end: true}", long=FLOWS["prices"].replace("flow: prices", "flow: long"),
                       tight="flow: tight\ntriggers: [{keywords: [hrg]}]\nsteps: {a: {say: tight}}\n")  # fmt: skip
    assert Chat(files).says("hrg") == ["tight"]
    assert Chat(files).says("harga") == ["prices"]


MENU = """
m:
  menu:
    prompt: "?"
    options:
      - {key: 1, label: Harga, go: a}
      - {key: 2, label: Lokasi toko, words: [lokasi], go: b}
      - {key: 3, label: Lain, go: c}
    invalid: {say: miss, retries: 20, then: c}
a: {say: a, go: m}
b: {say: b, go: m}
c: {say: c, go: m}
"""
CHOSEN = {
    "a": ["satu", "one", "nomor 1", "no 1", "pilih 1", "yang pertama", "1 aja kak", "1️⃣", "*1*", "hrg", "hargaa",
        "pertama", "no. 1"],
    "b": ["dua", "Dua", "two", "nomor dua", "yg kedua", "opsi 2", "option 2 please", "2 dong", "2.", "lokasiii",
        "the second one",
          "loksi", "lokasi tokoo"],
    "miss": ["saya beli 1 minggu lalu", "1 atau 2", "satu dua", "12", "lokal", "no", "yang", "4", "empat", "1,5",
        "harta"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [(text, said) for said, texts in CHOSEN.items() for text in texts])
def test_an_option_is_chosen_by_number_word_and_spelling(text, said):
    chat = Chat(flow_files(MENU))
    chat.says("x")
    assert chat.says(text)[0] == said


def test_no_hurried_spelling_is_given_twice_or_is_an_everyday_word():
    assert not (set(SLANG) & set(SLANG.values()))
    assert set(SLANG) & COMMON <= {"hallo", "hello"}
