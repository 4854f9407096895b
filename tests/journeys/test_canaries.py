"""Unique words, one for each thing that must stay among our people, through every door: none comes out at the back."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
import redis as redis_library
from sqlalchemy import text as sql
from sqlalchemy import update

from roms import background, clock, queue
from roms.channels.fake import courier, samples
from roms.db import db, writing
from roms.models import Message, Status
from roms.services import accounts, channels, cleaning
from tests import deaf, elsewhere
from tests.cast import PASSWORD, give
from tests.driven import PROVIDERS, Talk, World, driven
from tests.elsewhere import Elsewhere
from tests.web.agent import Agent, token_in
from tests.web.sealed import seal, written

__all__ = ["driven"]
WORDS, FALLS, BREAKS = "kenari-pesan rahasia", "kenari-jatuh", "kenari-meledak"
FILE, CAPTION, NAME, WRONG = "kenari-berkas.pdf", "kenari-takarir", "Kenari Siti", "kenari-sandi-salah"
TOKEN = {provider: f"kenari-token-{provider}" for provider in PROVIDERS}
FIELD = {"meta": "token", "twilio": "auth_token", "whapi": "token", "waha": "api_key"}
NUMBER = {provider: f"62800077{place}4321" for place, provider in enumerate(PROVIDERS)}
STRANGER, IMPORTED = "628000885511", "+6281299887766"
SECRETS = ("trial-token", "trial-auth-token", "trial-key", "trial-app-secret", "trial-hmac", "trial-verify", PASSWORD)


class Seen:
    """Everything that came out where strangers, collectors and whoever reads logs may look."""

    def __init__(self, log: pytest.LogCaptureFixture) -> None:
        self.log, self.told = log, {}

    def stranger(self, where: str, answer: httpx.Response, *statuses: int) -> None:
        assert answer.status_code in statuses, (where, answer.status_code, answer.text[:300])
        self.told[where] = f"{answer.headers} {answer.text}"

    def redis(self, world: World, where: str) -> None:
        """All keys with what is behind them, the jobs' arguments among it, and what failed jobs left."""
        with redis_library.Redis.from_url(world.app.extensions["roms.config"].redis_url) as server:
            for key in server.keys("*"):
                self.told[f"redis {where} {key!r}"] = f"{key!r} {_unpacked(server, key)}"

    def leaks(self, canaries: Iterator[str] | list[str]) -> list[tuple[str, str, str]]:
        places = {"the log": self.log.text, **self.told}
        return [
            (canary, where, text[max(0, (at := text.find(canary)) - 160) : at + 80])
            for canary in canaries
            for where, text in places.items()
            if canary in text
        ]


def _unpacked(server: redis_library.Redis, key: bytes) -> str:
    import zlib

    kind: Any = server.type(key)
    if kind == b"hash":
        fields: Any = server.hgetall(key)
        said = []
        for value in fields.values():
            with suppress(zlib.error):
                value = zlib.decompress(value)
            said.append(value.decode("utf-8", "replace"))
        return " ".join(said)
    reads = {b"string": server.get, b"set": server.smembers, b"list": lambda k: server.lrange(k, 0, -1)}
    return str(reads[kind](key)) if kind in reads else str(server.dump(key))


@pytest.fixture
def seen(caplog: pytest.LogCaptureFixture) -> Seen:
    """With everything at INFO that does not say of itself that it tells less."""
    caplog.set_level(logging.INFO)
    return Seen(caplog)


@contextmanager
def trouble(world: World) -> Iterator[None]:
    """A database that refuses rows for what stands in them, and says so as it does: PostgreSQL with the whole row."""
    rules = {
        "no_insert": ("INSERT", f"text NOT LIKE '{FALLS}%'"),
        "no_update": ("UPDATE", f"text NOT LIKE '{BREAKS}%' OR status IN ('queued', 'sending')"),
    }
    is_postgres = db.engine.dialect.name == "postgresql"
    for name, (verb, rule) in rules.items():
        made = rule.replace("text", "NEW.text").replace("status", "NEW.status")
        trigger = f"""CREATE TRIGGER "{name}" BEFORE {verb} ON message WHEN NOT ({made})
            BEGIN SELECT RAISE(ABORT, 'refused'); END"""
        _run(f'ALTER TABLE message ADD CONSTRAINT "{name}" CHECK ({rule}) NOT VALID' if is_postgres else trigger)
    try:
        yield
    finally:
        for name in rules:
            _run(f'ALTER TABLE message DROP CONSTRAINT "{name}"' if is_postgres else f'DROP TRIGGER "{name}"')


def _run(statement: str) -> None:
    with writing():
        db.session.execute(sql(statement))


def works(world: World, seen: Seen, where: str) -> None:
    """Workers as they are, but that they tell all they do."""
    seen.redis(world, f"before {where}")
    redis_url = world.app.extensions["roms.config"].redis_url
    deaf.work(redis_url, queue.OUTBOX, queue.FILES, queue.CALLS, log="INFO")
    seen.redis(world, f"after {where}")


def ticks(world: World) -> None:
    """Every chore of the ticker."""
    chores = [background.fire_timers, background.sweep_outbox, background.sweep_calls, background.sweep_changes]
    chores += [background.sweep_files, background.sync_templates, background.sweep_discarded, cleaning.clean]
    chores += [background.look_for_faces, background.watch_accounts]
    for chore in chores:
        background._do(world.app, chore)


def comes_in(world: World, provider: str) -> Talk:
    """They write, send files and change what they said."""
    talk = world.somebody(provider, opens=False)
    talk.first = talk.does("text", text=WORDS)
    for kind in ("image", "document", "voice", "contact", "location"):
        talk.does(kind, **({"caption": CAPTION} if kind == "image" else {}))
    talk.does("reaction", target=talk.first, emoji="👍")
    talk.does("edit", target=talk.first, text=f"{WORDS} 2")
    return talk


def knocks(world: World, seen: Seen, provider: str) -> None:
    """Somebody who is not the provider, and the provider with a body that nobody can read."""
    url = f"{world.url}/webhook/{provider}"
    body = {"messages": [{"id": "x", "from": STRANGER, "type": "text", "text": {"body": WORDS}}], "Body": WORDS}
    right = seal(provider, raw := written(provider, body))
    wrong = {name: value[:-3] + "abc" if "json" not in value and "form" not in value else value
             for name, value in right.items()}  # fmt: skip
    far = {"X-Forwarded-For": "192.0.2.7"}  # what proves nothing is let in from this machine alone
    seen.stranger(f"{provider} forged", httpx.post(url, content=raw, headers=wrong | far), 403)
    for place, broken in enumerate((b'{"text": "%s' % WORDS.encode(), WORDS.encode(), b"\xff\xfe" + raw, b"[]" + raw)):
        answer = httpx.post(url, content=broken, headers=seal(provider, broken))
        seen.stranger(f"{provider} malformed {place}", answer, 200, 400)
    seen.stranger(f"{provider} elsewhere", httpx.post(f"{url}/nobody", content=raw, headers=right), 404)
    large = raw + b" " * (5 << 20)
    seen.stranger(f"{provider} large", httpx.post(url, content=large, headers=seal(provider, large)), 413)


def goes_out(world: World, seen: Seen, talks: Sequence[Talk], there: Elsewhere) -> None:
    """Said well; then to a provider who answers with an error that has all in it, the token too."""
    file = samples.sample("document")
    for talk in talks:
        says(talk, f"{WORDS} keluar")
        says(talk, CAPTION, file=talk.uploads(FILE, file.data, file.type))
    works(world, seen, "said")
    assert len(world.box.accepted) >= 2 * len(talks)
    right = {talk.provider: channels.line(world.channels[talk.provider]).account.values for talk in talks}
    for status in (400, 401, 500):
        for talk in talks:
            base = there.url(f"/echo/{status}")
            more = {"content_url": base} if talk.provider == "twilio" else {}
            give(world.channels[talk.provider], base_url=base, **more, **{FIELD[talk.provider]: TOKEN[talk.provider]})
            says(talk, f"{WORDS} {status}")
            talk.asks("read", seq=1)
            for job in (queue.SYNC_TEMPLATES, queue.LOOK):
                queue.ask(job, world.channels[talk.provider])
        works(world, seen, f"answered {status}")
    for talk in talks:
        assert TOKEN[talk.provider] not in json.dumps(talk.entries)
        give(world.channels[talk.provider], **right[talk.provider])
    assert sum(path.startswith("/echo/400") for _, path, *_ in there.asked) >= len(talks)


def says(talk: Talk, text: str, **more: Any) -> None:
    answer = talk.asks("messages", seen=0, force=True, text=text, **more)
    assert answer.status_code == 201, answer.text


def breaks(world: World, seen: Seen, talks: Sequence[Talk]) -> None:
    """The database refuses what they wrote, what an agent writes, and that something was sent."""
    with trouble(world):
        for talk in talks:
            world.box.send(talk.person, "text", account=talk.provider, name=NAME, text=f"{FALLS} {WORDS}")
            world.box.settled(talk.provider)
            failed = talk.asks("messages", seen=0, force=True, text=f"{FALLS} {WORDS}")
            seen.stranger(f"{talk.provider} agent's own", failed, 500)
            says(talk, f"{BREAKS} {WORDS}")
        with writing():
            db.session.execute(update(Message).where(Message.status == Status.QUEUED).values(due_at=clock.now()))
        queue.wake(world.channels.values())
        works(world, seen, "broke")


def asks(world: World, seen: Seen, cid: str) -> None:
    """Strangers at every door, with what is secret in their hands or not."""
    http = httpx.Client(base_url=world.url)
    form = {"login": "ani", "password": WRONG, "csrf_token": token_in(http.get("/login").text)}
    seen.stranger("wrong password", http.post("/login", data=form), 401, 200, 422)
    headers = {"X-CSRFToken": form["csrf_token"]}
    for where in ("/api/conversations", f"/api/conversations/{cid}", "/api/contacts", "/api/contacts/export"):
        seen.stranger(where, http.get(where), 401)
    said = {"client_id": "kenari-01", "seen": 0, "text": WORDS}
    seen.stranger("write", http.post(f"/api/conversations/{cid}/messages", json=said, headers=headers), 401)
    seen.stranger("page", http.get("/inbox"), 303)
    seen.stranger("no page", http.get("/nothing"), 404)
    seen.stranger("method", http.put("/login", data=form), 400, 405)
    seen.stranger("import", http.post("/api/contacts/import", content=b"x", headers=headers), 401)
    for where, statuses in (("/metrics", (200,)), ("/live", (200,)), ("/ready", (200, 503))):
        seen.stranger(where, http.get(where), *statuses)


def takes_in(world: World) -> None:
    """An admin takes contacts in: good, with a bad line, and what is no file at all."""
    admin = Agent(world.url, "admin")
    good = f"phone,name\n{IMPORTED},{NAME}\n"
    for data in (good, good, f"{good}{IMPORTED},{NAME}\n08,{NAME}\n", good.encode("utf-16").decode("latin-1")):
        files = {"file": ("kenari-orang.csv", io.BytesIO(data.encode()), "text/csv")}
        answer = admin.http.post("/api/contacts/import", files=files, headers=admin.csrf)
        assert answer.status_code in (200, 422), answer.text
    admin.post("/api/channels", {"kind": "whapi", "name": "x", "values": {"token": f"{TOKEN['whapi']} x"}})


def echo(handler: elsewhere.Handler) -> None:
    """An error that repeats what it was told: where, by whom, what."""
    _, path, headers, body = handler.server.asked[-1]
    status, said = int(path.split("/")[2]), f"{path} {headers} {body}"[:4000]
    error = {"message": said, "error_data": {"details": said}, "code": 131026 if status == 400 else 190, "type": said}
    handler.answer(status, json.dumps({"error": error, "message": said, "code": 63024, "more_info": said}).encode())


def canaries(world: World) -> list[str]:
    cookies = [value for value in world.agent.http.cookies.values() if len(value) > 10]
    keys = [channels.line(each).account.webhook.rpartition("/")[2] for each in world.channels.values()]
    rows = db.session.execute(sql("SELECT value FROM contact_address")).scalars()
    numbers = [row.lstrip("+") for row in rows if sum(map(str.isdigit, row)) >= 8]
    tails = ("kenari", "Kenari", "Siti Rahma", STRANGER, IMPORTED.lstrip("+"), *SECRETS, *cookies)
    return [each for each in (*tails, *keys, *numbers) if each]


def test_nothing_that_is_ours_comes_out_at_the_back(driven: World, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(elsewhere.ANSWERS, "echo", echo)
    monkeypatch.setattr(courier, "TRIES", 1)  # what is refused is refused again
    accounts.set_password(1, PASSWORD)
    talks = [comes_in(driven, provider) for provider in PROVIDERS]
    works(driven, seen, "came")
    for provider in PROVIDERS:
        knocks(driven, seen, provider)
    with elsewhere.elsewhere() as there:
        goes_out(driven, seen, talks, there)
    breaks(driven, seen, talks)
    asks(driven, seen, talks[0].conversation.public_id)
    takes_in(driven)
    ticks(driven)
    works(driven, seen, "the end")
    asks(driven, seen, talks[0].conversation.public_id)
    assert "refused" in seen.log.text or "violates" in seen.log.text, "nothing went wrong, so nothing was tried"
    assert seen.leaks(canaries(driven)) == []
