"""Handing on, as the engine sees it: to a step, out of sight for a while, with an end, for a reason, and undone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from roms.engine.effects import (
    CancelUnsent,
    FindAgent,
    NotifyAgents,
    SendMessage,
    Snooze,
    StartTimer,
    StartWaiting,
    Transfer,
    Wake,
)
from roms.engine.events import (
    AgentClaimed,
    AgentReplied,
    Closed,
    MessageReceived,
    Paused,
    Released,
    Snoozed,
    TimerFired,
    Transferred,
    Undone,
    Woken,
)
from roms.engine.flowfile import compile_release
from roms.engine.lifecycle import allowed, begin, decide
from roms.engine.session import dump
from roms.engine.types import Mode, Place, Refused
from tests.engine.chat import LIFECYCLE, NOON, Chat, flow_files, spoken

STEPS = """
ask: {ask: {prompt: Nama?, save: name, invalid: {then: done}, timeout: {after: 30m, go: done}}}
size: {ask: {prompt: "Ukuran, {{name}}?", save: size, invalid: {then: done}}}
later: {wait: 2h}
done: {say: Ya, end: true}
"""
FILES = flow_files(STEPS)
CLAIM = AgentClaimed(4)


def newest(chat, kind):
    return [each for each in chat.timers if each.kind == kind][-1]


def at(**more):
    return int((NOON + timedelta(**more)).timestamp())


def taken(files=FILES):
    chat = Chat(files)
    chat.happens(CLAIM)
    return chat


def test_released_at_a_step_the_bot_asks_there_with_what_it_knows():
    chat = Chat(FILES)
    chat.says("halo")
    chat.says("Budi")
    chat.happens(CLAIM)
    assert spoken(chat.happens(Released(4, "main.size"))) == ["Ukuran, Budi?"]
    assert (chat.session.mode, chat.session.place) == (Mode.BOT, Place("main", "size"))
    assert chat.says("XL") == []
    assert chat.session.place == Place("main", "later")


def test_released_without_a_step_the_bot_keeps_silent_until_they_write():
    chat = taken()
    assert spoken(chat.happens(Released(4))) == []
    assert chat.says("halo") == ["Nama?"]


def test_released_to_a_step_that_is_gone_ends_with_a_person():
    effects = taken().happens(Released(4, "main.gone"))
    assert any(isinstance(each, FindAgent) and each.reason == "broken" for each in effects)


def test_a_pause_with_an_end_lasts_as_long_as_that_and_no_longer():
    chat = Chat(FILES)
    chat.says("halo")
    chat.happens(Paused(4, at(minutes=15)))
    timer = chat.timer("stay")
    assert (timer.due, chat.session.until) == (NOON + timedelta(minutes=15), NOON + timedelta(minutes=15))
    chat.fires(timer)
    assert (chat.session.mode, chat.session.until, chat.session.place) == (Mode.BOT, None, Place("main", "ask"))


def test_a_pause_may_outlast_what_the_lifecycle_says():
    chat = taken()
    chat.happens(Paused(4, at(hours=20)))
    assert [each.due for each in chat.timers if each.kind == "stay"] == [NOON + timedelta(hours=20)]
    chat.fires(chat.timer("stay"))
    assert chat.session.mode is Mode.AGENT


def test_snoozed_it_is_out_of_sight_and_a_message_wakes_it_at_once():
    chat = taken()
    assert chat.happens(Snoozed(4, at(hours=2)))[0] == Snooze(NOON + timedelta(hours=2), True)
    effects = chat.happens(MessageReceived("halo?"))
    assert effects[0] == Wake("message")
    assert NotifyAgents() in effects
    assert chat.fires(newest(chat, "snooze")) == ()  # it is outlived


def test_the_response_clock_stands_still_meanwhile_and_begins_anew_on_waking():
    chat = taken()
    chat.happens(MessageReceived("halo?"))
    running = chat.timer("response_overdue")
    chat.happens(Snoozed(4, at(hours=2)))
    assert chat.fires(running) == ()
    woken = chat.fires(newest(chat, "snooze"))
    assert woken[0] == Wake("time")
    again = [each for each in woken if isinstance(each, StartTimer)]
    assert [each.due for each in again] == [NOON + timedelta(hours=2, minutes=10)]
    assert StartWaiting() not in woken  # they wait since they wrote


def test_who_was_answered_waits_for_nothing_on_waking():
    chat = taken()
    chat.happens(MessageReceived("halo?"))
    chat.happens(Snoozed(4))
    assert newest(chat, "snooze").due == NOON + timedelta(days=30)
    chat.happens(AgentReplied("Nanti ya", 4))
    assert chat.happens(Woken(4)) == (Wake("person"),)


@pytest.mark.parametrize("event", [CLAIM, Transferred(5, "", 4), Transferred(None, "sales", 4)])
def test_whoever_gets_it_sees_it(event):
    chat = taken()
    chat.happens(Snoozed(4, at(hours=2)))
    effects = chat.happens(event)
    assert effects[:2] == (CancelUnsent(), Wake("person"))


def test_leaving_people_it_is_not_snoozed_any_more():
    chat = taken()
    chat.happens(Snoozed(4, at(hours=2)))
    assert Wake("") in chat.happens(Closed(4))
    assert chat.fires(newest(chat, "snooze")) == ()
    assert chat.session.mode is Mode.CLOSED


def test_handed_to_a_team_the_wait_goes_on_by_a_clock_of_that_team():
    chat = taken()
    chat.happens(MessageReceived("halo?"))
    before = chat.session.clocks["response_overdue"]
    unsent, timer, handed = chat.happens(Transferred(None, "sales", 4))
    assert unsent == CancelUnsent()
    assert isinstance(timer, StartTimer)
    assert handed == Transfer(None, "sales", 4, timer.due)
    assert chat.session.clocks["response_overdue"] == timer.turn == before + 2


def test_the_reason_of_a_closing_lasts_until_it_is_taken_up_again():
    chat = taken()
    chat.happens(Closed(4, "solved"))
    assert chat.session.closed_as == "solved"
    chat.happens(CLAIM)
    assert chat.session.closed_as == ""


def test_undone_a_question_waits_again_with_what_was_known():
    chat = Chat(FILES)
    chat.says("halo")
    chat.says("Budi")
    before = chat.session
    chat.happens(Closed(4))
    assert spoken(chat.happens(Undone(4, dump(before)))) == []
    assert (chat.session.mode, chat.session.since) == (Mode.BOT, before.since)
    assert chat.says("XL") == []
    assert chat.session.variables == {"name": "Budi", "size": "XL"}


def test_undone_a_wait_begins_anew():
    chat = Chat(FILES)
    for text in ("halo", "Budi", "XL"):
        chat.says(text)
    before = chat.session
    chat.happens(Closed(4))
    chat.happens(Undone(4, dump(before)))
    assert spoken(chat.fires(chat.timer("wait"))) == ["Ya"]


def test_undone_the_contact_waits_again_and_what_was_snoozed_is():
    chat = taken()
    chat.happens(MessageReceived("halo?"))
    before = chat.session
    chat.happens(Closed(4))
    assert StartWaiting() in chat.happens(Undone(4, dump(before)))
    chat.happens(Closed(4))
    effects = chat.happens(Undone(4, dump(before), at(hours=1)))
    assert Snooze(NOON + timedelta(hours=1), True) in effects
    assert chat.session.clocks["snooze"] % 2 == 1


def test_an_undone_snooze_is_in_sight():
    chat = taken()
    before = chat.session
    chat.happens(Snoozed(4, at(hours=1)))
    epoch = chat.session.epoch
    assert Wake("person") in chat.happens(Undone(4, dump(before)))
    assert chat.session.epoch == epoch  # nobody took it over: what the bot has not sent yet goes out


def test_a_lifecycle_of_before_still_compiles_and_allows_nothing_of_this():
    older = "\n".join(
        line for line in LIFECYCLE.splitlines() if not line.strip().startswith(("transferred", "snoozed", "woken"))
    )
    release = compile_release({**FILES, "lifecycle.yaml": older.replace("wake, ", "")})
    session = replace(begin(release, NOON, {}), mode=Mode.AGENT)
    assert not {"transferred", "snoozed", "woken"} & {name for mode in Mode for name in allowed(release, mode)}
    for event in (Snoozed(4), Woken(4), Transferred(5, "", 4)):
        with pytest.raises(Refused):
            decide(release, session, event, NOON)


def test_a_snooze_ends_in_a_lifecycle_that_knows_none_any_more():
    chat = taken()
    chat.happens(Snoozed(4, at(hours=1)))
    older = LIFECYCLE.replace("      snoozed:", "      #").replace("      woken:", "      #")
    release = compile_release({**FILES, "lifecycle.yaml": older})
    turn = newest(chat, "snooze").turn
    decision = decide(release, chat.session, TimerFired("snooze", turn), NOON + timedelta(hours=1))
    assert Wake("time") in decision.effects


def test_reasons_are_in_both_languages():
    release = compile_release({**FILES, "lifecycle.yaml": "close_reasons: {a: {id: Ya, en: Yes}, b: X}\n" + LIFECYCLE})
    assert list(release.lifecycle.close_reasons) == ["a", "b"]
    assert not any(isinstance(each, SendMessage) for each in taken().happens(Closed(4)))
