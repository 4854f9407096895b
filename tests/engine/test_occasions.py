"""Triggers that wait for a moment instead of words, and triggers that listen only here or only in one language."""

from datetime import UTC, datetime

import pytest

from roms.engine.effects import SendMessage, Unassign
from roms.engine.events import AgentClaimed, Closed, MessageReceived
from roms.engine.lifecycle import begin
from roms.engine.turn import opened
from tests.engine.chat import LIFECYCLE, Chat, codes, flow_files, problems, spoken

HOURS = {"hours.yaml": 'hours: shop\nopen: {mon-fri: "08:00-17:00"}\n'}


def flows(**triggers):
    """One flow a trigger list; each says its own name."""
    more = {
        name: f"flow: {name}\ntriggers: {each}\nsteps: {{a: {{say: {name}, end: true}}}}\n"
        for name, each in triggers.items()
    }
    return flow_files("a: {say: rest, end: true}", **more) | HOURS


def rule(chat):
    return next(each.why.rule for each in chat.last.effects if isinstance(each, SendMessage))


EVENTS = {
    "begun": "[{event: conversation_started}]",
    "again": "[{event: reopened}]",
    "late": "[{event: outside_hours}]",
    "prices": "[{keywords: [harga]}]",
}
MORNING, NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC), datetime(2026, 3, 2, 20, tzinfo=UTC)


def test_the_first_message_ever_starts_its_flow_and_the_second_does_not():
    chat = Chat(flows(**EVENTS))
    chat.now = MORNING
    assert chat.says("apa saja") == ["begun"]
    assert (rule(chat), chat.last.unmatched) == ("event conversation_started", True)
    assert chat.says("apa saja") == ["rest"]


def test_words_come_before_the_moment_also_mistyped_ones():
    for message in ("harga", "hagra"):
        assert Chat(flows(**EVENTS)).says(message) == ["prices"]


def test_a_message_that_reopens_the_conversation_starts_its_flow():
    chat = Chat(flows(**EVENTS))
    chat.now = MORNING
    chat.says("x")
    chat.stored |= {"mode": "CLOSED", "since": MORNING.isoformat()}
    chat.passes(hours=3)
    assert chat.says("makasih") == []
    chat.passes(hours=3)
    assert chat.says("x") == ["again"]
    chat.passes(seconds=1)
    assert chat.says("x") == ["rest"]


def test_outside_the_hours_their_flow_answers():
    chat = Chat(flows(late=EVENTS["late"]))
    chat.now = NIGHT
    assert chat.says("x") == ["late"]
    chat.passes(hours=7)
    assert chat.says("x") == ["rest"]


def test_of_two_moments_at_once_the_higher_priority_answers_then_the_earlier_file():
    both = Chat(flows(a_begun=EVENTS["begun"], late=EVENTS["late"]))
    both.now = NIGHT
    assert both.says("x") == ["a_begun"]
    urgent = Chat(flows(a_begun=EVENTS["begun"], late="[{event: [reopened, outside_hours], priority: 1}]"))
    urgent.now = NIGHT
    assert urgent.says("x") == ["late"]


@pytest.mark.parametrize(
    ("channel", "language", "said"),
    [
        ({"kind": "whapi", "name": "Toko"}, "id", "whatsapp"),
        ({"kind": "webchat", "name": "Toko"}, "id", "everywhere"),
        ({"kind": "webchat", "name": "VIP"}, "en", "vip"),
        ({"kind": "webchat", "name": "VIP"}, "id", "everywhere"),
        ({}, "id", "everywhere"),
    ],
)
def test_a_trigger_listens_only_on_its_channels_and_in_its_languages(channel, language, said):
    chat = Chat(
        flows(
            everywhere="[{keywords: [kopi]}]",
            vip="[{keywords: [kopi], channels: vip, language: en, priority: 1}]",
            whatsapp="[{keywords: [kopi], channels: [whapi, telegram], language: [id, en], priority: 1}]",
        ),
        language=language,
    )
    chat.facts["channel"] = channel
    assert chat.says("kopi") == [said]


def test_an_otherwise_of_one_channel_comes_before_the_one_for_all():
    chat = Chat(flows(web="[{otherwise: true, channels: webchat, when: contact.name}]"), name="Budi")
    assert chat.says("x") == ["rest"]
    chat.facts["channel"] = {"kind": "webchat"}
    assert chat.says("x") == ["web"]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("keywords: x", "keywords: x", ["keyword-twice"]),
        ("keywords: x", "keywords: x, channels: whapi", ["keyword-twice"]),
        ("keywords: x, channels: whapi", "keywords: x", []),
        ("keywords: x, channels: whapi", "keywords: x, channels: webchat", []),
        ("keywords: x, channels: [webchat, whapi]", "keywords: x, channels: [WHAPI]", ["keyword-twice"]),
        ("keywords: x, language: id", "keywords: x, language: en", []),
        ("keywords: x, language: [id, en]", "keywords: x", ["keyword-twice"]),
        ("keywords: x, language: id", "keywords: x, language: id, channels: whapi", ["keyword-twice"]),
        ("event: reopened", "event: [outside_hours, reopened]", ["keyword-twice"]),
        ("event: reopened, when: hours.open", "event: reopened", []),
        ("otherwise: true, language: en", "otherwise: true, language: en", ["keyword-twice"]),
        ("otherwise: true, language: en", "otherwise: true, channels: webchat", []),
        ("otherwise: true", "keywords: x", ["two-otherwise"]),
        ("otherwise: true, when: hours.open", "keywords: x", []),
    ],
)
def test_the_checker_knows_what_limits_leave_to_others(first, second, found):
    assert codes(flow_files("a: {say: x}", f"[{{otherwise: true}}, {{{first}}}, {{{second}}}]")) == found


def test_an_otherwise_for_some_is_not_one_for_all():
    assert codes(flow_files("a: {say: x}", "[{otherwise: true, language: id}]")) == ["no-otherwise"]


def test_the_lifecycle_reads_the_hours_and_only_what_there_is():
    steps = flow_files("a: {say: x}")
    good = LIFECYCLE.replace('closed_for < duration("6h")', 'closed_for < duration("6h") and hours.open')
    assert problems(steps | {"lifecycle.yaml": good}) == ()
    (slip,) = problems(steps | {"lifecycle.yaml": good.replace("hours.open", "hours.opne")})
    assert (slip.code, slip.hint) == ("unknown-fact", "did you mean `hours.open`?")


def test_what_fitted_too_is_named_best_first():
    release = Chat(flows(**EVENTS, english="[{keywords: [harga], language: en, priority: 1}]")).release
    scope = opened(release, begin(release, NIGHT, {}), MessageReceived("harga"), NIGHT)
    fit = release.triggers.candidates("harga", ["harga"], None, scope)
    assert [(match.trigger.go.flow, match.rule, holds) for match, holds in fit] == [
        ("english", "keyword 'harga'", False),
        ("prices", "keyword 'harga'", True),
        ("begun", "event conversation_started", True),
        ("late", "event outside_hours", True),
        ("main", "otherwise", True),
    ]


SURVEY = """flow: survey
triggers: [{event: closed_by_agent, when: contact.language != "en"}]
steps:
  score: {menu: {prompt: Puas?, options: [{key: 1, label: Ya, go: thanks}], invalid: {retries: 0, then: thanks}}}
  thanks: {close: {say: Makasih}}
"""
ASKING = flow_files("a: {say: rest, end: true}", survey=SURVEY)


def test_an_agent_who_closes_leaves_the_word_to_the_survey_and_the_survey_closes():
    chat = Chat(ASKING)
    chat.happens(AgentClaimed(1))
    effects = chat.happens(Closed(1))
    assert (spoken(effects), chat.mode) == (["Puas?\n1. Ya"], "BOT")
    assert (rule(chat), Unassign() in effects) == ("event closed_by_agent", True)
    assert chat.says("1") == ["Makasih"]
    assert chat.mode == "CLOSED"


def test_without_a_survey_that_wants_to_know_the_conversation_is_closed():
    chat = Chat(ASKING, language="en")
    chat.happens(AgentClaimed(1))
    assert spoken(chat.happens(Closed(1))) == []
    assert chat.mode == "CLOSED"


def test_no_message_and_no_end_of_the_bots_own_is_the_moment_of_the_survey():
    chat = Chat(ASKING)
    assert chat.says("apa saja") == ["rest"]
    assert spoken(chat.happens(Closed(1))) == []
    assert chat.mode == "CLOSED"
