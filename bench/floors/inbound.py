"""H: the whole inbound written by hand, as small as it goes, with SQLAlchemy Core.

Find or create, refuse a repeat, take a step, keep the session as JSON, the answers into messages and outbox; one
commit, one publish, one job. What it leaves out is what ROMS is for: modes beyond two, releases, history, timers,
languages, epochs, explanations, and a summary that an inbox could show.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import redis
from flask import Flask, request
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from bench.floors import base
from bench.floors.base import contact, conversation, message, outbox

WELCOME = "Halo Siti, selamat datang di Toko Kita!"
MENU = "Ada yang bisa kami bantu?\n1. Info harga\n2. Lokasi toko\n3. Status pesanan\n4. Beli\n0. Bicara dengan CS"
PRICES = "Harga bulan ini:\n• Kopi Gayo 250 g Rp78.000\n• Sambal Bawang Rp32.000\n• Madu Hutan Rp95.000"
PLACE = "Toko Kita, Jl. Melati No. 10, Jakarta Selatan.\nBuka setiap hari 08:00–21:00 WIB."
SORRY = "Maaf, belum paham. Balas 1, 2, 3, 4 atau 0 ya Kak."
FLAG = "floor:drain"

Step = tuple[str, dict[str, Any], Sequence[str]]

FIND = (
    select(conversation.c.id, conversation.c.mode, conversation.c.state, conversation.c.seq)
    .where(conversation.c.address == bindparam("a"))
    .with_for_update()
)
MOVE = update(conversation).where(conversation.c.id == bindparam("which"))


def create_app(database: str = "", redis_url: str = "", every: bool | None = None) -> Flask:
    """The floor as an application. `every`: a job per message; otherwise one job while none waits."""
    if not database:
        database, redis_url = base.from_environment()
    if every is None:
        every = os.environ.get("FLOOR_ENQUEUES") == "every"
    app, engine, client = Flask("floor_inbound"), base.connect(database), base.redis_client(redis_url)
    jobs = Queue(base.JOBS, connection=client, serializer=JSONSerializer)
    app.extensions["floor"] = engine, client

    @app.post("/webhook/whapi")
    def receive():
        found = [take(engine, raw) for raw in json.loads(request.get_data())["messages"]]
        for change, waits in [each for each in found if each is not None]:
            tell(client, jobs, change, every if waits else None)
        return {"stored": sum(each is not None for each in found)}

    return app


def take(engine: Engine, raw: dict[str, Any]) -> tuple[bytes, bool] | None:
    """One message, one transaction: what to publish, and whether something waits to be sent."""
    address, text, at = raw["chat_id"], raw["text"]["body"], datetime.now(UTC)
    with engine.begin() as connection:
        found = connection.execute(FIND, {"a": address}).one_or_none() or begin(engine, connection, raw, at)
        seq = found.seq + 1
        row = {"conversation_id": found.id, "seq": seq, "direction": "in", "text": text, "at": at}
        once = base.insert_for(engine)(message).values(row | {"provider_id": raw["id"]})
        once = once.on_conflict_do_nothing(index_elements=["provider_id"]).returning(message.c.id)
        if connection.execute(once).first() is None:
            return None
        mode, state, said = step(found.mode, found.state, text)
        answers = [row | {"seq": seq + n, "direction": "out", "text": t} for n, t in enumerate(said, 1)]
        if answers:
            to_send = [{"conversation_id": found.id, "address": address, "text": t, "status": "queued"} for t in said]
            connection.execute(insert(message), answers)
            connection.execute(insert(outbox), to_send)
        new = {"mode": mode, "state": state, "seq": seq + len(said), "last_at": at}
        connection.execute(MOVE, new | {"which": found.id})
    return change(found.id, raw["from_name"], mode, [row, *answers]), bool(said)


def begin(engine: Engine, connection: Connection, raw: dict[str, Any], at: datetime) -> Any:
    """Somebody new: of two that begin at once, one inserts and the other finds."""
    person = base.insert_for(engine)(contact).values(phone=raw["from"], name=raw["from_name"])
    person = person.on_conflict_do_update(index_elements=["phone"], set_={"phone": raw["from"]})
    contact_id = connection.execute(person.returning(contact.c.id)).scalar_one()
    fresh = {"contact_id": contact_id, "address": raw["chat_id"], "mode": "BOT", "state": {}, "seq": 0, "last_at": at}
    once = base.insert_for(engine)(conversation).values(fresh)
    connection.execute(once.on_conflict_do_nothing(index_elements=["address"]))
    return connection.execute(FIND, {"a": raw["chat_id"]}).one()


def step(mode: str, state: dict[str, Any], text: str) -> Step:
    """The dialogue."""
    if mode == "AGENT":
        return mode, state, ()
    if text == "cs":
        return "AGENT", {}, ("Baik Kak, mohon tunggu sebentar.",)
    if state.get("at") != "choose":
        return mode, {"at": "choose"}, (WELCOME, MENU)
    return mode, state, {"1": (PRICES, MENU), "2": (PLACE, MENU)}.get(text, (SORRY,))


def change(cid: int, name: str, mode: str, rows: Sequence[dict[str, Any]]) -> bytes:
    """What the agents' screens would show."""
    entries = [{"seq": row["seq"], "direction": row["direction"], "text": row["text"]} for row in rows]
    frame = {"t": "change", "c": cid, "s": rows[-1]["seq"], "name": name, "mode": mode, "entries": entries}
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()


def tell(client: redis.Redis, jobs: Queue, told: bytes, every: bool | None) -> None:
    """Publish, and see to the sending: by a job each time, by one while none waits, or not at all."""
    if every is not False:
        client.publish(base.CHANGES, told)
    else:
        pipe = client.pipeline(transaction=False)
        pipe.publish(base.CHANGES, told)
        pipe.set(FLAG, b"1", nx=True, ex=10)
        every = bool(pipe.execute()[1])
    if every:
        jobs.enqueue("bench.floors.drain.drain", result_ttl=0)
