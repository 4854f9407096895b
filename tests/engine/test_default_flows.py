"""The sample shop, as its first contact meets it."""

import pytest

from roms.engine.effects import AddNote, CallOut, FindAgent
from roms.engine.events import OutsideAnswered
from tests.engine.chat import Chat, problems, shipped, spoken


def test_the_shipped_flows_have_no_problem_and_no_warning():
    assert problems(shipped()) == ()


def test_the_first_minutes_in_the_shop():
    chat = Chat(shipped(), first_name="Budi")
    hello, menu = chat.says("halo")
    assert hello == "Halo Budi, selamat datang di Toko Kita!"
    assert menu.splitlines()[1:] == [
        "1. Info harga",
        "2. Lokasi toko",
        "3. Status pesanan",
        "4. Beli",
        "0. Bicara dengan CS",
    ]
    assert "Rp78.000" in chat.says("1")[0]
    assert "Jl. Melati" in chat.says("2")[0]
    assert "belum paham" in chat.says("asdf")[0]
    help_text, again = chat.says("qwer")
    assert "Begini caranya" in help_text
    assert again == menu
    assert "Rp78.000" in chat.says("harga")[0]


def test_an_order_is_asked_for_looked_up_and_handed_over_with_a_note_when_nobody_answers():
    chat = Chat(shipped(), language="en")
    chat.says("menu")
    assert "ORD-12345" in chat.says("3")[0]
    assert "receipt" in chat.says("12345")[0]
    assert chat.says("ord-54321")[0].startswith("Order ORD-54321")
    assert chat.says("yes")[0].startswith("Thank you.")
    (call,) = (each for each in chat.last.effects if isinstance(each, CallOut))
    assert call.url == "https://orders.tokokita.example/api/orders/ORD-54321"
    chat.happens(OutsideAnswered(call.turn, 0, None, "timeout"))
    assert AddNote("Asks for the status of ORD-54321.") in chat.last.effects
    assert FindAgent("sales", "normal", "flow") in chat.last.effects


@pytest.mark.parametrize("word", ["0", "cs", "tolong cs dong"])
def test_a_person_is_one_word_away(word):
    for before in ([], ["halo"], ["halo", "3"]):
        chat = Chat(shipped())
        for text in before:
            chat.says(text)
        assert chat.says(word)
        assert (chat.mode, chat.says("halo?")) == ("AGENT", [])


@pytest.mark.parametrize("word", ["urgent", "ini darurat pak!"])
def test_urgent_words_reach_a_person_at_once(word):
    for before in ([], ["halo"], ["halo", "3"]):
        chat = Chat(shipped())
        for text in before:
            chat.says(text)
        chat.says(word)
        assert FindAgent("", "urgent", "flow") in chat.last.effects


def test_menu_interrupts_and_silence_ends_kindly():
    chat = Chat(shipped())
    chat.says("lacak")
    assert "selamat datang" in chat.says("menu")[0]
    assert "Sampai jumpa" in spoken(chat.fires(chat.timer("question")))[0]
    assert chat.mode == "BOT"
