"""Whose turn it is, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roms.services.choosing import Candidate, Choice, Nobody, Wanted, choose

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TURNS, FEWEST = "round_robin", "least_loaded"


def someone(id_: int, ago: int | None = None, **more: object) -> Candidate:
    skills = frozenset(str(more.pop("skills", "")).split())
    since = None if ago is None else NOON - timedelta(minutes=ago)
    return Candidate(id_, since=since, skills=skills, **more)  # type: ignore[arg-type]


def chosen(policy: str, people: list[Candidate], **wanted: object) -> int | str:
    found = choose(policy, people, Wanted(**wanted))  # type: ignore[arg-type]
    return found.agent if isinstance(found, Choice) else found.why


@pytest.mark.parametrize(
    ("people", "first"),
    [
        ([someone(1, 5), someone(2, 9), someone(3, 1)], 2),
        ([someone(1, 5), someone(2, 9), someone(3)], 3),
        ([someone(2), someone(1)], 1),
        ([someone(1, 9, open=2, capacity=2), someone(2, 5, open=7)], 2),
        ([someone(1, 9, is_here=False), someone(2, 5)], 2),
    ],
)
def test_the_turn_is_whose_last_assignment_is_longest_ago_among_those_who_are_there_with_room(
    people: list[Candidate], first: int
) -> None:
    assert chosen(TURNS, people) == first


def test_least_loaded_is_who_has_fewest_and_of_equals_who_waited_longest() -> None:
    people = [someone(1, 9, open=2), someone(2, 5, open=1), someone(3, 7, open=1)]
    assert chosen(FEWEST, people) == 3


def test_who_answered_last_comes_first_then_who_speaks_the_language_if_they_can_take_it() -> None:
    people = [someone(1, 9), someone(2, 5, skills="en"), someone(3, 1)]
    assert chosen(TURNS, people, language="en", last_agent=3) == 3
    assert chosen(TURNS, people, language="en") == 2
    assert chosen(TURNS, people, language="id") == 1
    full = [someone(1, 9), someone(3, 1, open=1, capacity=1)]
    assert chosen(TURNS, full, last_agent=3) == 1


def test_a_skill_that_somebody_has_is_waited_for_and_one_that_nobody_has_is_passed_over() -> None:
    people = [someone(1, 9), someone(2, 5, skills="billing", is_here=False)]
    assert chosen(TURNS, people, skill="billing") == "nobody_skilled"
    found = choose(TURNS, people, Wanted("juggling"))
    assert isinstance(found, Choice)
    assert (found.agent, found.facts["notes"]) == (1, ["no_such_skill"])
    busy = [someone(1, 9), someone(2, 5, skills="billing", open=1, capacity=1)]
    assert chosen(TURNS, busy, skill="billing") == "all_full"


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ([], "empty_team"),
        ([someone(1, is_here=False)], "nobody_present"),
        ([someone(1, open=1, capacity=1)], "all_full"),
        ([someone(4)], "all_tried"),
    ],
)
def test_nobody_is_told_why(people: list[Candidate], why: str) -> None:
    assert chosen(TURNS, people, tried=frozenset({4})) == why


candidates = st.builds(
    Candidate,
    st.integers(1, 9),
    open=st.integers(0, 3),
    capacity=st.none() | st.integers(0, 3),
    since=st.none() | st.integers(0, 5).map(lambda minutes: NOON - timedelta(minutes=minutes)),
    skills=st.frozensets(st.sampled_from(["en", "id", "billing"])),
    is_here=st.booleans(),
)
wishes = st.builds(
    Wanted,
    st.sampled_from(["", "billing", "juggling"]),
    st.sampled_from(["", "en", "id"]),
    st.none() | st.integers(1, 9),
    st.frozensets(st.integers(1, 9)),
)


@given(st.sampled_from([TURNS, FEWEST]), st.lists(candidates, unique_by=lambda each: each.id), wishes)
def test_whoever_is_chosen_could_take_it_and_nobody_is_only_said_when_nobody_could(
    policy: str, people: list[Candidate], wanted: Wanted
) -> None:
    needs = any(wanted.skill in each.skills for each in people)
    able = {
        each.id
        for each in people
        if each.is_here
        and (each.capacity is None or each.open < each.capacity)
        and each.id not in wanted.tried
        and (not needs or wanted.skill in each.skills)
    }
    found = choose(policy, people, wanted)
    assert isinstance(found, Nobody) == (not able)
    if isinstance(found, Choice):
        assert found.agent in able
        assert wanted.last_agent not in able or found.agent == wanted.last_agent
        assert found == choose(policy, people[::-1], wanted), "the order they are named in is nothing"
