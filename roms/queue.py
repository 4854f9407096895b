"""Hints to Redis: a change to show, a channel to drain. The truth is in the database, so losing one costs a second.

The only module that may swallow an error: whatever Redis does, the caller has committed already and goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

CHANGES = "roms:changes"  # pub/sub: header, agents' frame and visitor's frame, a line each
OUTBOX = "outbox"  # the RQ queue of drain jobs
FILES = "files"  # the RQ queue of what may wait: files, accounts' states, templates
CALLS = "calls"  # the RQ queue of calls to other systems, with a worker of its own: a slow one delays no message
DRAIN_WAITS = 10  # seconds for which one waiting drain stands for all that is queued meanwhile
REST_AFTER_FAILURE = 1.0  # seconds without trying, so that a hung Redis is not paid for by every request

DRAIN = "roms.jobs.drain"
CALL_OUT = "roms.jobs.call_out"
LOOK, SYNC_TEMPLATES = "roms.jobs.look_at_account", "roms.jobs.sync_templates"


def init_app(app: Flask) -> None:
    app.extensions["roms.redis"] = connect(app.extensions["roms.config"].redis_url)
    app.extensions["roms.redis_rests_until"] = 0.0


def connect(url: str) -> redis.Redis:
    """A client that gives up after 0.3 s: the defaults of redis-py 8 wait 59 s for a Redis that hangs."""
    return redis.Redis.from_url(url, socket_timeout=0.3, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0))


def client() -> redis.Redis:
    found: redis.Redis = current_app.extensions["roms.redis"]
    return found


def changes_topic(server: redis.Redis) -> str:
    """Where changes are published: pub/sub knows no database numbers, so the number is part of the name."""
    return f"{CHANGES}:{server.connection_pool.connection_kwargs.get('db') or 0}"


def wake(channels: Iterable[int] = (), changes: Sequence[bytes] = (), calls: bool = False) -> None:
    """Show these changes, and see to it that these channels are drained and that waiting calls are made: one round trip
    when a job waits already."""
    wanted: list[int | str] = [*channels, *([CALLS] if calls else [])]
    if not (wanted or changes) or time.monotonic() < current_app.extensions["roms.redis_rests_until"]:
        return
    try:
        said = [("PUBLISH", changes_topic(client()), change) for change in changes]
        asked = [("SET", _flag(each), b"1", "NX", "EX", DRAIN_WAITS) for each in wanted]
        for each, was_free in zip(wanted, _at_once([*said, *asked])[len(changes) :], strict=True):
            if was_free:
                _enqueue(each)
    except (redis.RedisError, OSError) as error:
        current_app.extensions["roms.redis_rests_until"] = time.monotonic() + REST_AFTER_FAILURE
        log.warning("Redis did not take a hint (%s); the ticker and the inbox's fallback make up for it", error)


def _at_once(commands: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Send these in one go and read the answers: half the work of redis-py's pipeline, on every request's way."""
    pool = client().connection_pool
    connection: Any = pool.get_connection()  # redis-py leaves these methods without types
    try:
        connection.send_packed_command(connection.pack_commands(commands))
        return [connection.read_response() for _ in commands]
    except BaseException:
        connection.disconnect()  # whatever is still to come on this line is nobody's answer
        raise
    finally:
        pool.release(connection)


def drain_begins(channel: int) -> None:
    """Called by a drain before it claims anything: whatever is queued from now on needs another one."""
    client().delete(_flag(channel))


def calling_begins() -> None:
    """The same for calls to other systems."""
    client().delete(_flag(CALLS))


def look(channel_id: int) -> None:
    """Have this account asked how it is."""
    _ask(LOOK, channel_id)


def sync_templates(channel_id: int) -> None:
    """Have this account's list of templates fetched."""
    _ask(SYNC_TEMPLATES, channel_id)


def _ask(job: str, channel_id: int) -> None:
    """One such job waits for an account, never two: a storm of webhooks is not passed on."""
    from rq import Queue
    from rq.serializers import JSONSerializer

    try:
        if client().set(_flag(f"{job}:{channel_id}"), b"1", nx=True, ex=DRAIN_WAITS):
            jobs = Queue(FILES, connection=client(), serializer=JSONSerializer)
            jobs.enqueue(job, channel_id, job_timeout=120, ttl=120, result_ttl=0, failure_ttl=600)
    except (redis.RedisError, OSError) as error:
        log.warning("Redis did not take a hint (%s); the ticker makes up for it", error)


def looking_begins(channel_id: int) -> None:
    """Called before the account is asked: what happens to it from now on needs another look."""
    client().delete(_flag(f"{LOOK}:{channel_id}"))


def _enqueue(what: int | str) -> None:
    """A drain of this channel, or (CALLS) the making of calls."""
    from rq import Queue, Retry
    from rq.serializers import JSONSerializer

    of, job, arguments = (CALLS, CALL_OUT, ()) if what == CALLS else (OUTBOX, DRAIN, (what,))
    jobs = Queue(of, connection=client(), serializer=JSONSerializer)
    jobs.enqueue(job, *arguments, job_timeout=120, result_ttl=0, failure_ttl=600, retry=Retry(max=1))


def _flag(of: int | str) -> str:
    return f"roms:drain:{of}"
