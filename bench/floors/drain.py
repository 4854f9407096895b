"""The drain by hand: claim up to 50 rows with SKIP LOCKED, send them one after the other, update and publish each.

It keeps order only because one worker sends one after the other; it knows no lease, no epoch and no receipts.
"""

from __future__ import annotations

import functools
import os

import httpx
import redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, bindparam, select, update

from bench.floors import base, inbound
from bench.floors.base import outbox

WIDTH = 50
NEXT = select(outbox.c.id).where(outbox.c.status == "queued").order_by(outbox.c.id).limit(WIDTH)
CLAIM = (
    update(outbox)
    .where(outbox.c.id.in_(NEXT.with_for_update(skip_locked=True)))
    .values(status="sending")
    .returning(outbox.c.id, outbox.c.address, outbox.c.text)
)
SENT = update(outbox).where(outbox.c.id == bindparam("which"))


def drain() -> None:
    """Send everything that waits."""
    engine, client = _engine(), _redis()
    client.delete(inbound.FLAG)
    while True:
        with engine.begin() as connection:
            claimed = sorted(connection.execute(CLAIM).all())
        if not claimed:
            return
        for row in claimed:
            _send(engine, client, row.id, row.address, row.text)


def _send(engine: Engine, client: redis.Redis, which: int, address: str, text: str) -> None:
    answer = _provider().post("/messages/text", json={"to": address, "body": text})
    provider_id = answer.json()["message"]["id"]
    with engine.begin() as connection:
        connection.execute(SENT, {"which": which, "status": "accepted", "provider_id": provider_id})
    client.publish(base.CHANGES, f'{{"t":"change","sent":{which}}}')


@functools.cache
def _engine() -> Engine:
    return base.connect(base.from_environment()[0])


@functools.cache
def _redis() -> redis.Redis:
    return base.redis_client(base.from_environment()[1])


@functools.cache
def _provider() -> httpx.Client:
    return httpx.Client(base_url=os.environ["FLOOR_PROVIDER"], headers={"Authorization": "Bearer token"}, timeout=15)


if __name__ == "__main__":
    worker = SimpleWorker([base.JOBS], connection=_redis(), serializer=JSONSerializer)
    worker.work(logging_level="WARNING")
