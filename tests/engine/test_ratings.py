"""How was it? What counts as 1 to 5, what is another matter, and where it may be asked at all."""

from __future__ import annotations

import pytest

from roms.engine.effects import AskRating, KeepRating, Reopen
from roms.engine.events import AgentClaimed, Closed
from tests.engine.chat import Chat, codes, flow_files, spoken

SURVEY = """flow: survey
triggers: [{event: closed_by_agent}]
steps:
  score: {rate: {prompt: Puas?, save: score, words: {5: [jos gandos], 1: zonk}}}
  how: {branch: [{when: score <= 2, go: why}, {otherwise: true, go: thanks}]}
  why: {ask: {prompt: Kenapa?, as: comment}}
  thanks: {close: {say: Makasih}}
"""
FILES = flow_files("a: {say: rest, end: true}", "[{keywords: [harga, cepat sampai]}, {otherwise: true}]", survey=SURVEY)
SCORES = {
    5: ["5", " 5 ", "5!", "lima", "5 bintang", "bintang 5 kak", "⭐⭐⭐⭐⭐", "★★★★★", "🌟🌟🌟🌟🌟🌟", "5/5",
        "10/10", "puas banget", "sangat puas", "puas sekali kak", "bagus banget kak, makasih", "mantap",
        "mantaaap", "Very good", "pelayanannya sangat memuaskan", "jos gandos", "5 puas banget",
        "excellent service!", "terima kasih, keren", "puas bgt", "kasih 5 deh", "5 out of 5", "nilai 5"],
    4: ["4", "⭐⭐⭐⭐", "puas", "bagus", "ramah dan cepat", "4 dari 5", "8/10", "good", "I am happy",
        "baik kak", "adminnya ramah"],
    3: ["3", "⭐ ⭐ ⭐", "lumayan", "biasa saja", "biasa aja sih", "cukup", "cukup puas", "tiga",
        "puas tapi lama"],
    2: ["2", "⭐⭐", "kurang puas", "kurang", "kurang memuaskan", "lama", "slow"],
    1: ["1", "⭐", "tidak puas", "gak puas", "nggak puas sama sekali", "jelek", "kecewa berat",
        "not good", "parah banget", "zonk", "sangat tidak puas", "mengecewakan", "unhappy",
        "lama banget"],
}  # fmt: skip
OTHERS = [
    *("pesanan 3 belum datang", "6", "harga", "harga yang bagus berapa", "apa kabar?", "3 4", "5 dari 7"),
    *("saya mau tanya soal pengiriman barang ke Bandung yang bagus", "bagus ya?", "🙏 minta resi"),
]


def asked(text: str = "") -> Chat:
    chat = Chat(FILES)
    chat.happens(AgentClaimed(1))
    chat.happens(Closed(1))
    assert AskRating() in chat.last.effects
    if text:
        chat.says(text)
    return chat


@pytest.mark.parametrize(("score", "text"), [(score, text) for score, some in SCORES.items() for text in some])
def test_a_score_is_read_as_people_give_it(score: int, text: str) -> None:
    chat = asked(text)
    assert [each for each in chat.last.effects if isinstance(each, KeepRating)] == [KeepRating(score)]
    assert chat.last.unmatched is False


def test_a_tapped_star_is_a_score() -> None:
    chat = asked()
    chat.says("⭐⭐⭐⭐ Puas", "4")
    assert KeepRating(4) in chat.last.effects


@pytest.mark.parametrize("text", OTHERS)
def test_another_matter_leaves_the_survey_and_begins_at_once(text: str) -> None:
    chat = asked(text)
    assert (Reopen() in chat.last.effects, spoken(chat.last.effects), chat.mode) == (True, ["rest"], "BOT")
    assert not any(isinstance(each, KeepRating) for each in chat.last.effects)
    assert chat.last.session.place is None


@pytest.mark.parametrize("text", ["makasih kak", "sama-sama", "oke siap", "🙏"])
def test_thanks_are_no_score_and_no_matter(text: str) -> None:
    chat = asked(text)
    assert (spoken(chat.last.effects), chat.mode) == ([], "BOT")
    chat.says("5")
    assert KeepRating(5) in chat.last.effects


def test_a_comment_is_kept_whatever_it_says_but_not_where_it_is_a_flows_own_word() -> None:
    chat = asked("2")
    assert chat.says("tidak cepat sampai, harga naik") == ["Makasih"]
    assert KeepRating(None, "tidak cepat sampai, harga naik") in chat.last.effects
    chat = asked("2")
    assert chat.says("harga") == ["rest"]
    assert (Reopen() in chat.last.effects, chat.mode) == (True, "BOT")


def test_whoever_may_not_be_asked_is_not() -> None:
    chat = Chat(FILES)
    chat.happens(AgentClaimed(1))
    assert spoken(chat.happens(Closed(1, unasked="recently"))) == []
    assert chat.mode == "CLOSED"


@pytest.mark.parametrize(
    ("survey", "code"),
    [
        (SURVEY.replace("[{event: closed_by_agent}]", "[{keywords: [nilai]}]"), "rate-place"),
        (SURVEY + "  again: {rate: {prompt: Puas?}}\n  end: {end: true}\n", "rate-twice"),
        (SURVEY.replace("{rate: {prompt: Puas?, save: score, words: {5: [jos gandos], 1: zonk}}}", "{set: {score: 1}}"),
         "comment-place"),
        (SURVEY.replace("1: zonk", "1: jos gandos"), "option-twice"),
        (SURVEY.replace("1: zonk", "6: zonk"), "shape-name"),
        (SURVEY.replace("save: score,", "invalid: {then: why},"), "shape-unknown"),
        (SURVEY.replace("as: comment", "as: comment, invalid: {then: thanks}"), "shape"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_found(survey: str, code: str) -> None:
    found = codes(flow_files("a: {say: rest, end: true}", survey=survey))
    assert any(each.startswith(code) for each in found), found
