"""Who looks where: told when it changes, forgotten by itself, the same in every process, cheap for those who stay."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection

from roms.web.looking import FORGOTTEN, TELL_EVERY, UNHEARD, Look, Looks
from tests.cast import Cast
from tests.web.agent import Agent, Visitor, heard, listens
from tests.web.conftest import Site, start

HERE = {"c": "here", "v": "", "s": 0, "of": [None, ""]}
THERE = {"c": "there", "v": "", "s": 0}


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    """What is tested here is the server."""
    return sqlite_only


def told(looks: Looks, now: float) -> dict[str, list[tuple[int, bool]]]:
    return {header["c"]: list(some) for header, some in looks.news(now)}


def test_whoever_says_nothing_any_more_is_forgotten() -> None:
    looks = Looks("one")
    looks.beat(1, Look(7, HERE, False), 0.0)
    assert told(looks, 0.5) == {"here": [(7, False)]}
    assert told(looks, FORGOTTEN - 0.1) == {}
    assert told(looks, FORGOTTEN + 0.1) == {"here": []}
    assert FORGOTTEN + 1 + 1 < 15 > UNHEARD + TELL_EVERY


def test_a_hidden_tab_is_dim_unless_another_of_the_same_person_is_not() -> None:
    looks = Looks("one")
    looks.beat(1, Look(7, HERE, True), 0.0)
    assert told(looks, 0.0) == {"here": [(7, True)]}
    looks.beat(2, Look(7, HERE, False), 1.0)
    assert told(looks, 1.0) == {"here": [(7, False)]}
    looks.beat(2, None, 2.0)
    assert told(looks, 2.0) == {"here": [(7, True)]}


def test_going_elsewhere_is_two_frames_and_staying_is_none() -> None:
    looks = Looks("one")
    for seat in range(50):
        looks.beat(seat, Look(seat, {"c": f"c{seat}", "v": "", "s": 0}, False), 0.0)
    assert len(looks.news(0.0)) == 50
    for second in range(1, 60):
        for seat in range(50):
            looks.beat(seat, Look(seat, {"c": f"c{seat}", "v": "", "s": 0}, False), float(second))
        assert looks.news(float(second)) == []
    looks.beat(3, Look(3, THERE, False), 60.0)
    assert told(looks, 60.0) == {"c3": [], "there": [(3, False)]}


def test_other_processes_are_told_now_and_then_and_forgotten_when_they_say_nothing() -> None:
    one, two = Looks("one"), Looks("two")
    assert one.digest(0.0) is None
    one.beat(1, Look(7, HERE, False), 0.0)
    digest = one.digest(0.0)
    assert digest is not None
    assert one.digest(1.0) is None
    one.heard(digest["looks"], digest["of"], 0.0)  # Redis brings it back to who said it
    two.heard(digest["looks"], digest["of"], 0.0)
    assert (told(one, 1.0), told(two, 1.0)) == ({"here": [(7, False)]}, {"here": [(7, False)]})
    assert one.digest(TELL_EVERY + 0.1) == digest
    assert told(two, UNHEARD + 0.1) == {"here": []}
    one.beat(1, None, 5.0)
    assert one.digest(5.0) == {"looks": "one", "of": []}
    assert one.digest(60.0) is None


def test_who_may_see_it_is_asked_of_the_newest_header() -> None:
    looks = Looks("one")
    looks.beat(1, Look(7, HERE, False), 0.0)
    looks.knows(HERE | {"s": 9, "of": [7, "sales"], "was": [None, ""]})
    assert looks.present() == [(HERE | {"of": [7, "sales"]}, ((7, False),))]


def look(ws: ClientConnection, cid: str = "", hidden: bool = False) -> None:
    ws.send(json.dumps({"t": "looking", "c": cid, "on": bool(cid), "hidden": hidden}))


@pytest.fixture
def cid(site: Site, agent: Agent) -> str:
    Visitor(site.url).say("cs")
    return str(agent.http.get("/api/conversations").json()["items"][0]["id"])


def test_colleagues_are_told_who_looks_and_who_has_gone_also_by_dying(
    site: Site, agent: Agent, people: Cast, cid: str
) -> None:
    budi = Agent(site.url, "budi")
    with agent.socket() as ws:
        listens(ws)
        look(ws)
        with budi.socket() as other:
            look(other, cid)
            assert heard(ws, "looking") == {"t": "looking", "c": cid, "who": [[people.budi.id, False]]}
            look(other, cid, hidden=True)
            assert heard(ws, "looking")["who"] == [[people.budi.id, True]]
            with agent.socket() as late:
                look(late)
                assert heard(late, "looking")["who"] == [[people.budi.id, True]]
        assert heard(ws, "looking") == {"t": "looking", "c": cid, "who": []}


def test_two_web_processes_know_the_same_and_a_conversation_that_is_none_is_not_told(
    database: Path, redis: str, site: Site, agent: Agent, people: Cast, cid: str
) -> None:
    second = start(database, redis)
    with agent.socket() as ws, Agent(second.url, "budi").socket() as other:
        listens(ws)
        look(ws)
        look(other, "nowhere")
        look(other, cid)
        assert heard(ws, "looking", 5)["c"] == cid
        second.process.kill()  # nobody says goodbye
        began = time.monotonic()
        assert heard(ws, "looking", 16)["who"] == []
        assert time.monotonic() - began < 15
    second.stop()


def test_u10_whoever_dies_without_a_goodbye_is_gone_within_fifteen_seconds(
    site: Site, agent: Agent, people: Cast, cid: str
) -> None:
    """A machine that is shut: its socket still stands, and nothing comes from it any more."""
    with agent.socket() as ws, Agent(site.url, "budi").socket() as other:
        listens(ws)
        look(ws)
        look(other, cid)
        assert heard(ws, "looking")["who"] == [[people.budi.id, False]]
        began = time.monotonic()
        while heard(ws, "looking", 20)["who"]:  # told twice where the greeting and the round met
            pass
        assert time.monotonic() - began < 15


def test_who_stays_costs_nobody_a_frame(site: Site, agent: Agent, cid: str) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(agent.socket()) for _ in range(15)]
        listens(sockets[0])
        for _ in range(3):
            for ws in sockets:
                look(ws, cid)
            time.sleep(1.2)
        assert quiet(sockets[0], 0.3) > 0  # the greeting, and the news of the first round
        for ws in sockets:
            look(ws, cid)
        assert quiet(sockets[0], 2.5) == 0


def quiet(ws: ClientConnection, seconds: float) -> int:
    """How many frames of who looks come before there is none for so long."""
    count = 0
    while True:
        try:
            heard(ws, "looking", seconds)
        except TimeoutError:
            return count
        count += 1
