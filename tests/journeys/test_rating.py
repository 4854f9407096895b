"""How was it? Asked once when an agent is done, of whom it may be asked; answered as people write, and kept."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from roms.db import db, writing
from roms.engine.types import Mode
from roms.errors import NotAllowed
from roms.models import Contact, Conversation, History, Rating
from roms.services import handoff, publishing, rating_figures, recalling, replaying, replies, timers, window
from tests.cast import Cast, conversation, say, texts
from tests.conftest import Clock

OTHER = "6281200000009"


@pytest.fixture(autouse=True)
def still(clock: Clock) -> Clock:
    return clock


def served(client: FlaskClient, cast: Cast, sender: str = "6281234567890", replied: bool = True) -> str:
    """A contact asks for a person, is answered, and the chat is closed."""
    say(client, "menu", sender)
    say(client, "0", sender)
    cid = conversation(sender).public_id
    handoff.claim(cast.ani, cid, over=conversation(sender).assignee_id)
    if replied:
        replies.send(cast.ani, cid, f"r-{conversation(sender).seq}-{sender}", "Sudah beres ya Kak", seen=0, force=True)
    handoff.close(cast.ani, cid)
    return cid


def ratings() -> list[Rating]:
    db.session.rollback()
    return list(db.session.scalars(select(Rating).order_by(Rating.id).execution_options(populate_existing=True)))


def happened(event: str) -> list[dict[str, object]]:
    return [row.data for row in db.session.scalars(select(History).filter_by(event=event).order_by(History.id))]


@pytest.mark.parametrize(("answer", "score"), [("5", 5), ("⭐⭐⭐⭐", 4), ("bagus banget kak", 5), ("puas", 4)])
def test_an_answer_is_kept_with_agent_team_and_release(
    client: FlaskClient, cast: Cast, answer: str, score: int
) -> None:
    served(client, cast)
    assert texts()[-1][1].startswith("Bagaimana bantuan kami tadi?")
    (asked,) = ratings()
    assert (asked.agent_id, asked.team, asked.release, asked.score) == (cast.ani.id, "sales", 1, None)
    say(client, answer)
    (given,) = ratings()
    assert (given.score, given.answered_at) == (score, given.asked_at)
    assert conversation().mode is Mode.CLOSED
    assert happened("rated") == [{"score": score}]


def test_a_comment_stands_behind_its_score(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    served(client, cast)
    say(client, "kurang puas")
    say(client, "balasnya lama")
    assert conversation().mode is Mode.BOT  # more may come
    clock.forward(seconds=21)
    for timer in timers.due(50):
        timers.fire(timer)
    assert (ratings()[0].score, ratings()[0].comment, conversation().mode) == (2, "balasnya lama", Mode.CLOSED)
    assert happened("rated") == [{"score": 2}, {"score": 2, "comment": "balasnya lama"}]


def test_another_matter_leaves_the_survey_and_is_answered_at_once(client: FlaskClient, cast: Cast) -> None:
    served(client, cast)
    say(client, "lacak")
    assert "nomor pesanan" in texts()[-1][1]
    assert (conversation().mode, ratings()[0].score) == (Mode.BOT, None)
    assert happened("opened") == [{}]
    say(client, "5")
    assert ratings()[0].score is None


def unasked() -> list[object]:
    return [data.get("unasked") for data in happened("mode") if data["event"] == "closed"]


def test_nobody_is_asked_twice_within_a_day_in_whichever_conversation(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    served(client, cast)
    say(client, "5")
    clock.forward(hours=7)
    served(client, cast)
    assert (len(ratings()), conversation().mode) == (1, Mode.CLOSED)
    served(client, cast, OTHER)
    with writing():  # the same person writes from another number
        one, two = db.session.scalars(select(Conversation).order_by(Conversation.id))
        two.contact_id = one.contact_id
    say(client, "5", OTHER)
    clock.forward(hours=23)
    served(client, cast)
    assert len(ratings()) == 2
    clock.forward(hours=2)
    served(client, cast)
    assert len(ratings()) == 3
    assert unasked() == [None, "recently", None, "recently", None]


def test_whom_nobody_answered_and_who_wants_no_messages_is_not_asked(client: FlaskClient, cast: Cast) -> None:
    served(client, cast, replied=False)
    assert unasked() == ["unserved"]
    with writing():
        for contact in db.session.scalars(select(Contact)):
            contact.opted_out_at = contact.created_at
    served(client, cast)
    assert (unasked(), ratings()) == (["unserved", "unwanted"], [])


def test_behind_the_window_nothing_is_asked(
    client: FlaskClient, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "is_open", lambda _line, ends, at: ends is None or at < ends)  # Whapi knows none
    say(client, "cs")
    cid = conversation().public_id
    replies.send(cast.ani, cid, "r-1", "Halo", seen=0, force=True)
    with writing():
        db.session.execute(update(Conversation).values(window_until=clock.now + timedelta(hours=24)))
    clock.forward(hours=25)
    handoff.close(cast.ani, cid)
    assert (unasked(), ratings(), conversation().mode) == (["window"], [], Mode.CLOSED)


def test_replay_gives_the_same_answers(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    served(client, cast)
    say(client, "2")
    clock.forward(hours=3)
    served(client, cast)
    served(client, cast, OTHER)
    say(client, "harga", OTHER)
    ids = replaying.since(timedelta(days=7))
    assert [each for each in replaying.differences(publishing.newest(), ids, timedelta(days=7)) if each] == []
    assert len(list(recalling.records(ids))) == 2


@pytest.fixture
def three(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    for number, answer in enumerate(["5", "2", ""]):
        sender = f"62813000000{number:02d}"
        served(client, cast, sender)
        if answer:
            say(client, answer, sender)
    say(client, "=balas+lama", "6281300000001")
    clock.forward(seconds=30)


def test_figures_are_for_supervisors_by_agent_team_release_and_day(three: None, cast: Cast) -> None:
    told = rating_figures.figures(cast.admin, 30)
    counted = {"asked": 3, "answered": 2, "answer_rate": 0.667, "average": 3.5}
    counted["scores"] = {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}  # type: ignore[assignment]
    assert told["total"] == counted
    assert told["agents"] == [{"id": cast.ani.id, "name": "Ani"} | counted]
    assert told["teams"] == [{"team": "sales"} | counted]
    assert told["releases"] == [{"release": 1} | counted]
    assert [day["asked"] for day in told["days"]] == [3]
    with pytest.raises(NotAllowed):
        rating_figures.figures(cast.ani, 30)
    with pytest.raises(NotAllowed):
        rating_figures.written(cast.ani, 30)


def test_the_list_is_csv_that_no_spreadsheet_runs(three: None, cast: Cast, clock: Clock) -> None:
    with writing():
        ratings()[1].comment = "=balas+lama"
    rows = list(csv.DictReader(io.StringIO("".join(rating_figures.written(cast.admin, 1)))))
    assert [(row["score"], row["agent"], row["comment"]) for row in rows] == [
        ("5", "Ani", ""),
        ("2", "Ani", "'=balas+lama"),
        ("", "Ani", ""),
    ]
    assert rows[0]["conversation"] == conversation("6281300000000").public_id
