"""Flows and clocks by the hours of teams: handed in with the facts, the release's own where a team has none."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from roms.engine.book import Known
from roms.engine.effects import FindAgent, StartTimer
from roms.engine.events import AgentReplied, Assigned, MessageReceived, TimerFired
from roms.engine.flowfile import FlowErrors, compile_release
from roms.engine.hours import Holiday, Hours
from roms.engine.teams import Rota, by_name
from tests.engine.chat import NOON, Chat, flow_files

DAY = (((480, 1020),),) * 7
EVENING = Hours(ZoneInfo("Asia/Makassar"), (((1080, 1320),),) * 7, {date(2026, 3, 3): Holiday("Nyepi")})
DESK = Hours(ZoneInfo("Asia/Jakarta"), DAY)
TEAMS = by_name({"sales": Rota(EVENING, 120), "front desk": Rota(DESK), "care": Rota(None, 30)})
ASKED = """
a:
  branch:
    - {when: teams.sales.open, go: b}
    - {otherwise: true, go: c}
b: {say: "Sampai {{teams.sales.closes_at|time}}", end: true}
c: {say: "{{teams.sales.holiday|default:'Tutup'}}, buka {{teams.sales.opens_at|date}} {{teams.sales.opens_at|time}}"}
"""
HANDED = "a: {handoff: {team: %s}}"
WORD = "tolong admin dong"


def talk(steps, team="", own="", **more):
    chat = Chat(flow_files(steps) | {name.replace("_", "."): text for name, text in more.items()})
    chat.facts |= {"teams": TEAMS | ({"": TEAMS[own]} if own else {}), "conversation": {"team": team}}
    return chat


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 2, 9, 59, tzinfo=UTC), "Tutup, buka Senin, 2 Maret 2026 18.00"),
        (datetime(2026, 3, 2, 10, tzinfo=UTC), "Sampai 22.00"),
        (datetime(2026, 3, 3, 10, tzinfo=UTC), "Nyepi, buka Rabu, 4 Maret 2026 18.00"),
    ],
)
def test_a_flow_asks_when_a_team_is_there(moment, said):
    chat = talk(ASKED)
    chat.now = moment
    assert chat.says("x") == [said]


@pytest.mark.parametrize("name", ["care", "nobody", "teams"])
def test_a_team_without_hours_keeps_those_of_the_release(name):
    steps = f'a: {{say: "{{{{teams.{name}.open}}}} {{{{teams.{name}.opens_at|time}}}}"}}'
    chat = talk(steps, hours_yaml='hours: shop\nopen: {mon-sun: "08:00-17:00"}\n')
    assert chat.says("x") == ["false 08.00"]


def test_a_key_with_a_space_is_spelled_with_a_line():
    assert talk('a: {say: "{{teams.front_desk.opens_at|time}}"}').says("x") == ["08.00"]


def due(chat):
    return [effect.due for effect in chat.last.effects if isinstance(effect, StartTimer) and "overdue" in effect.kind]


@pytest.mark.parametrize(
    ("handed", "own", "expected"),
    [
        ("sales", "", timedelta(hours=0, minutes=2)),  # 20:00 in Makassar: open
        ("front desk", "", timedelta(hours=13, minutes=10)),  # 19:00 in Jakarta: until the morning
        ("care", "", timedelta(seconds=30)),
        ("nobody", "", timedelta(minutes=10)),
        ("", "care", timedelta(seconds=30)),  # the channel's own team
    ],
)
def test_the_clock_of_a_handoff_runs_in_the_hours_of_its_team(handed, own, expected):
    chat = talk(HANDED % handed if handed else "a: {handoff: true}", own=own)
    chat.says("x")
    assert due(chat) == [NOON + expected]


def test_a_later_question_and_a_reassignment_count_in_the_hours_of_the_team_that_has_it():
    chat = talk("a: {handoff: true}", team="care")
    chat.says("x")
    chat.happens(AgentReplied("halo", 1))
    chat.happens(MessageReceived("lagi"))
    assert due(chat) == [NOON + timedelta(seconds=30)]
    chat.now += timedelta(seconds=30)
    turn = next(each.turn for each in chat.last.effects if isinstance(each, StartTimer))
    chat.happens(TimerFired("response_overdue", turn))
    assert due(chat) == [NOON + timedelta(seconds=60)]
    chat.happens(Assigned(2, 1))
    assert due(chat) == []  # it goes on


@pytest.mark.parametrize(
    ("own", "said", "told"),
    [
        ("front desk", "CS membalas Selasa, 3 Maret 2026 mulai 08.00.", True),
        ("sales", "Mohon tunggu sebentar ya.", False),
    ],
)
def test_the_word_for_a_person_is_answered_with_the_hours_of_the_channels_own_team(own, said, told):
    chat = talk("a: {say: x}", own=own)
    assert chat.says(WORD)[0].endswith(said)
    assert [each.told for each in chat.last.effects if isinstance(each, FindAgent)] == [told]


def found(files, *teams, labels=()):
    try:
        return compile_release(files, known=Known(frozenset(teams), frozenset(labels))).warnings
    except FlowErrors as errors:
        return errors.problems


def test_a_team_that_is_not_there_is_an_error_with_its_place():
    (problem,) = found(flow_files("a:\n  handoff:\n    team: salse"), "sales", "care")
    assert (problem.code, problem.severity, problem.file, problem.line) == ("unknown-team", "error", "main.yaml", 6)
    assert str(problem).endswith("there is no team `salse` (did you mean `sales`?)")
    assert "mungkin maksudnya `sales`" in problem.told("id")
    assert found(flow_files("a:\n  handoff:\n    team: sales"), "sales") == ()


def test_a_team_in_an_expression_is_looked_for_too():
    files = flow_files('a: {say: "{{teams.frontdesk.opens_at|time}}"}')
    (problem,) = found(files, "front desk")
    assert (problem.code, problem.severity) == ("unknown-team", "error")
    assert "did you mean `front_desk`?" in str(problem)
    assert compile_release(files).teams == {"frontdesk"}


def test_a_lifecycle_may_ask_for_a_team_that_is_there():
    files = flow_files("a: {say: x}")
    files["lifecycle.yaml"] = files["lifecycle.yaml"].replace("when: only_thanks and", "when: teams.sales.open and")
    assert found(files, "sales") == ()
    assert [each.code for each in found(files, "care")] == ["unknown-team"]


@pytest.mark.parametrize("name", ["teams", "teams.sales", "teams.sales.opn", "teams.a.b.open"])
def test_what_no_team_has_is_told_without_a_database_too(name):
    with pytest.raises(FlowErrors) as caught:
        compile_release(flow_files(f'a: {{say: "{{{{{name}}}}}"}}'))
    assert [each.code for each in caught.value.problems] == ["unknown-fact"]


def test_a_label_that_nobody_made_is_an_advice_once():
    files = flow_files("a: {label: [new, old], say: x}\nb: {label: new, say: y}")
    problems = [each for each in found(files, labels=["old"]) if each.code == "unknown-label"]
    assert [(each.severity, each.line) for each in problems] == [("warning", 4)]


def test_without_a_database_nothing_is_looked_for():
    release = compile_release(flow_files("a: {label: new, handoff: {team: nobody}}"))
    assert release.warnings == ()
    assert release.teams == {"nobody"}


@pytest.mark.parametrize(("key", "fine"), [("full", True), ("next", False), ("away", False)])
def test_how_many_wait_before_is_known_only_to_the_text_that_says_it(key, fine):
    files = flow_files("a: {say: x}")
    files["lifecycle.yaml"] += f'person: {{{key}: {{id: "{{{{ahead}}}} lagi", en: "{{{{ahead}}}} more"}}}}\n'
    assert ([each.code for each in found(files)] == []) is fine
