"""Who answers, row by row, as flows/lifecycle.yaml says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from roms.engine.effects import (
    AssignTo,
    CancelUnsent,
    FindNextAgent,
    LockOwner,
    NotifyAgents,
    Reopen,
    SendReply,
    StartTimer,
    StartWaiting,
    StopWaiting,
    Unassign,
)
from roms.engine.events import (
    AgentClaimed,
    AgentReplied,
    Assigned,
    Closed,
    MessageReceived,
    Paused,
    Released,
    Resumed,
    TimerFired,
)
from roms.engine.flowfile import compile_release
from roms.engine.lifecycle import allowed, begin, decide
from roms.engine.types import Mode, Refused
from tests.engine.chat import NOON, Chat, flow_files, spoken

STEPS = """
ask: {ask: {prompt: Nama?, save: name, invalid: {then: done}, timeout: {after: 30m, go: done}}}
done: {say: Ya, end: true}
"""
FILES = flow_files(STEPS)
CLAIM, REPLY, GIVE = AgentClaimed(4), AgentReplied("Halo", 4), Assigned(5, by=1)
RELEASE, PAUSE, RESUME, CLOSE = Released(4), Paused(4), Resumed(4), Closed(4)
SENT = SendReply("Halo", 4, sent=False)

ROWS = [
    ("BOT", CLAIM, "AGENT", [CancelUnsent(), AssignTo(4, None)]),
    ("BOT", REPLY, "AGENT", [CancelUnsent(), AssignTo(4, None), SENT]),
    ("BOT", AgentReplied("Halo", None, True), "AGENT", [CancelUnsent(), SendReply("Halo", None, True)]),
    ("BOT", GIVE, "AGENT", [CancelUnsent(), AssignTo(5, 1)]),
    ("BOT", PAUSE, "PAUSED", [CancelUnsent()]),
    ("BOT", CLOSE, "CLOSED", [CancelUnsent()]),
    ("BOT", RESUME, None, []),
    ("BOT", RELEASE, None, []),
    ("AGENT", REPLY, "AGENT", [CancelUnsent(), SENT, StopWaiting(), LockOwner()]),
    ("AGENT", CLAIM, "AGENT", [CancelUnsent(), AssignTo(4, None)]),
    ("AGENT", GIVE, "AGENT", [CancelUnsent(), AssignTo(5, 1)]),
    ("AGENT", RELEASE, "BOT", [CancelUnsent(), Unassign()]),
    ("AGENT", PAUSE, "PAUSED", [CancelUnsent()]),
    ("AGENT", CLOSE, "CLOSED", [CancelUnsent(), Unassign()]),
    ("AGENT", RESUME, None, []),
    ("PAUSED", MessageReceived("x"), "PAUSED", []),
    ("PAUSED", REPLY, "AGENT", [CancelUnsent(), AssignTo(4, None), SENT]),
    ("PAUSED", CLAIM, "AGENT", [CancelUnsent(), AssignTo(4, None)]),
    ("PAUSED", GIVE, "AGENT", [CancelUnsent(), AssignTo(5, 1)]),
    ("PAUSED", RESUME, "BOT", [CancelUnsent()]),
    ("PAUSED", RELEASE, "BOT", [CancelUnsent(), Unassign()]),
    ("PAUSED", CLOSE, "CLOSED", [CancelUnsent()]),
    ("PAUSED", PAUSE, None, []),
    ("CLOSED", MessageReceived("terima kasih"), "CLOSED", []),
    ("CLOSED", REPLY, "AGENT", [CancelUnsent(), Reopen(), AssignTo(4, None), SENT]),
    ("CLOSED", CLAIM, "AGENT", [CancelUnsent(), Reopen(), AssignTo(4, None)]),
    ("CLOSED", GIVE, "AGENT", [CancelUnsent(), Reopen(), AssignTo(5, 1)]),
    ("CLOSED", RELEASE, "BOT", [CancelUnsent(), Reopen()]),
    ("CLOSED", CLOSE, None, []),
    ("CLOSED", PAUSE, None, []),
    ("CLOSED", RESUME, None, []),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "event", "becomes", "effects"), ROWS)
def test_the_shipped_table(mode, event, becomes, effects):
    release = compile_release(FILES, 7)
    session = replace(begin(release, NOON, {}), mode=Mode(mode))
    if becomes is None:
        assert event.name not in allowed(release, Mode(mode))
        with pytest.raises(Refused):
            decide(release, session, event, NOON)
        return
    decision = decide(release, session, event, NOON)
    assert [each for each in decision.effects if not isinstance(each, StartTimer)] == effects
    assert decision.session.mode == becomes
    assert decision.session.epoch == (CancelUnsent() in effects)


def test_the_buttons_are_the_events_a_person_may_cause():
    release = compile_release(FILES)
    assert allowed(release, Mode.BOT) == (
        "agent_claimed",
        "agent_replied",
        "assigned",
        "transferred",
        "paused",
        "closed",
    )
    assert allowed(release, Mode.CLOSED) == ("agent_claimed", "agent_replied", "assigned", "transferred", "released")


def test_in_agent_mode_the_bot_is_silent_and_people_are_rung_once_the_clock_runs():
    chat = Chat(FILES)
    chat.happens(CLAIM)
    first = chat.happens(MessageReceived("halo?"))
    timer = chat.timer("response_overdue")
    assert first == (NotifyAgents(), StartWaiting(), timer)
    assert timer.due == NOON + timedelta(minutes=10)
    assert chat.happens(MessageReceived("halo??")) == (NotifyAgents(),)


def test_nobody_answers_and_the_next_agent_gets_as_long():
    chat = Chat(FILES)
    chat.says("cs")
    timer = chat.timer("response_overdue")
    assert chat.fires(timer)[0] == FindNextAgent()
    again = chat.timer("response_overdue")
    assert (again.due, again.turn > timer.turn) == (timer.due + timedelta(minutes=10), True)
    assert chat.fires(timer) == ()


def test_an_answer_outlives_the_response_clock():
    chat = Chat(FILES)
    chat.says("cs")
    timer = chat.timer("response_overdue")
    chat.happens(REPLY)
    assert chat.fires(timer) == ()


def test_the_response_time_is_the_lifecycles():
    files = {**FILES, "lifecycle.yaml": FILES["lifecycle.yaml"] + "\nresponse_within: 2m\n"}
    chat = Chat(files)
    chat.says("cs")
    assert chat.timer("response_overdue").due == NOON + timedelta(minutes=2)


def test_given_back_to_the_bot_the_contact_waits_no_more():
    chat = Chat(FILES)
    chat.says("cs")
    timer = chat.timer("response_overdue")
    assert StopWaiting() in chat.happens(RELEASE)
    assert chat.fires(timer) == ()


def test_a_pause_keeps_the_wait_and_its_clock_begins_anew_after_it():
    chat = Chat(FILES)
    chat.says("cs")
    timer = chat.timer("response_overdue")
    chat.happens(PAUSE)
    assert chat.fires(timer) == ()
    chat.happens(RESUME)
    assert chat.mode == "AGENT"
    assert chat.timer("response_overdue").due == chat.now + timedelta(minutes=10)


def test_a_pause_keeps_the_question_and_gives_it_its_time_again():
    chat = Chat(FILES)
    chat.says("x")
    timer = chat.timer("question")
    chat.happens(PAUSE)
    assert chat.fires(timer) == ()
    chat.happens(RESUME)
    assert chat.timer("question").due == chat.now + timedelta(minutes=30)
    assert chat.says("Budi") == ["Ya"]


def test_a_takeover_ends_the_talk():
    chat = Chat(FILES)
    chat.says("x")
    chat.happens(CLAIM)
    assert ("place" in chat.stored, "release" in chat.stored) == (False, False)
    chat.happens(RELEASE)
    assert chat.says("Budi") == ["Nama?"]


def test_a_pause_ends_by_itself():
    chat = Chat(FILES)
    chat.happens(PAUSE)
    timer = chat.timer("stay")
    assert timer.due == NOON + timedelta(hours=12)
    chat.fires(timer)
    assert chat.mode == "BOT"


def test_idle_is_set_once_and_follows_the_contacts_last_message():
    chat = Chat(FILES)
    chat.says("x")
    timer = chat.timer("idle")
    chat.passes(hours=10)
    chat.says("Budi")
    assert [each for each in chat.last.effects if isinstance(each, StartTimer) and each.kind == "idle"] == []
    chat.fires(timer)
    again = chat.timer("idle")
    assert again.due == NOON + timedelta(hours=34)
    assert (chat.mode, chat.fires(again), chat.mode) == ("BOT", (), "CLOSED")


def test_a_late_thank_you_is_silent_and_a_new_matter_begins_with_the_bot():
    chat = Chat(FILES)
    chat.happens(CLAIM)
    chat.happens(CLOSE)
    chat.passes(hours=5, minutes=59)
    assert chat.happens(MessageReceived("makasih")) == ()
    chat.passes(minutes=1)
    effects = chat.happens(MessageReceived("halo"))
    assert effects[0] == Reopen()
    assert (spoken(effects), chat.mode) == (["Nama?"], "BOT")


@pytest.mark.parametrize(
    ("text", "silent"),
    [("Terima kasih banyak ya Kak 🙏", True), ("mksh", True), ("ok siap, thanks for your help", True), ("🙏👍", True),
     ("makasihhh", True),
     ("sama-sama kak", True), ("Okeee good", True),
     ("Baik, terima kasih atas bantuannya", True), ("makasih, pesanan saya rusak", False),
     ("?", False), ("halo", False), ("oke mau pesan lagi", False), ("1", False), ("kasih tahu harganya", False)],
)  # fmt: skip
def test_only_thanks_are_left_unanswered(text, silent):
    chat = Chat(FILES)
    chat.happens(CLAIM)
    chat.happens(CLOSE)
    assert (chat.happens(MessageReceived(text)) == ()) is silent


def test_whoever_asks_for_a_person_is_heard_right_after_an_agent_closed_the_chat():
    chat = Chat(FILES)
    chat.happens(CLAIM)
    chat.happens(CLOSE)
    chat.passes(minutes=1)
    chat.happens(MessageReceived("tolong cs dong"))
    assert chat.mode == "AGENT"


def test_who_comes_back_after_the_bot_let_the_chat_rest_is_answered_at_once():
    chat = Chat(FILES)
    chat.says("x")
    chat.fires(chat.timer("idle"))
    assert chat.mode == "CLOSED"
    chat.passes(minutes=1)
    assert spoken(chat.happens(MessageReceived("halo"))) == ["Nama?"]


def test_a_timer_of_a_mode_left_is_outlived():
    chat = Chat(FILES)
    chat.says("x")
    timer = chat.timer("idle")
    chat.happens(CLAIM)
    chat.happens(RELEASE)
    assert chat.fires(timer) == ()
    assert chat.happens(TimerFired("unheard of", 1)) == ()
