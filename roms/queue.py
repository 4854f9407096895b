"""Hints to Redis: a change to show, a channel to drain. The truth is in the database, so losing one costs a second.

The only module that may swallow an error: whatever Redis does, the caller has committed already and goes on.
"""

from __future__ import annotations

import logging
import re
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
CALLS = "calls"  # the RQ queue of calls to other systems, with a worker of its own: a slow one delays no message
FILES = "files"  # the RQ queue of files, templates, accounts and signals, with a worker of its own
SIGNALS = "roms:signals"  # a set: what waits to be shown to providers, each thing once
STALE = 60  # seconds after which a signal that nobody took means nothing any more
KEPT_FAILURE = 60  # seconds that RQ keeps the record of a job that failed; the log has it for longer
DRAIN_WAITS = 10  # seconds for which one waiting drain stands for all that is queued meanwhile
REST_AFTER_FAILURE = 1.0  # seconds without trying, so that a hung Redis is not paid for by every request

DRAIN = "roms.jobs.drain"
CALL_OUT = "roms.jobs.call_out"
SYNC_TEMPLATES = "roms.jobs.sync_templates"
LOOK = "roms.jobs.look_at_account"
EVIDENCE = "roms.jobs.look_for_lost"
SIGNAL = "roms.jobs.signal"
MISSED = "roms.jobs.fetch_missed"
FETCH = "roms.jobs.fetch_files"


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


def wake(channels: Iterable[int] = (), changes: Sequence[bytes] = (), calls: bool = False, files: bool = False) -> None:
    """Show these changes, and see to it that these channels are drained, that waiting calls are made and that waiting
    files are fetched: one round trip when a job waits already."""
    wanted: list[int | str] = [*channels, *([CALLS] if calls else []), *([FILES] if files else [])]
    if not (wanted or changes) or time.monotonic() < current_app.extensions["roms.redis_rests_until"]:
        return
    try:
        said = [("PUBLISH", changes_topic(client()), change) for change in changes]
        asked = [("SET", _flag(each), b"1", "NX", "EX", DRAIN_WAITS) for each in wanted]
        for each, was_free in zip(wanted, _at_once([*said, *asked])[len(changes) :], strict=True):
            if was_free:
                _enqueue(each)
    except (redis.RedisError, OSError) as error:
        _rest(error)


def ask(job: str, *arguments: int) -> None:
    """Have the worker for files do this; once, however often it is asked for before the work begins."""
    if time.monotonic() < current_app.extensions["roms.redis_rests_until"]:
        return
    try:
        named = _named(job, arguments)
        if client().set(_flag(named), b"1", nx=True, ex=DRAIN_WAITS):
            _job(FILES, job, arguments, named)
    except (redis.RedisError, OSError) as error:
        _rest(error)


def asked_begins(job: str, *arguments: int) -> None:
    """Called by such a job before it looks at anything."""
    _begins(_named(job, arguments))


def signal(words: Iterable[str], once_in: int = 0) -> None:
    """Have these shown to providers soon, or never: a signal may be lost. Each is said once in `once_in` seconds."""
    if time.monotonic() < current_app.extensions["roms.redis_rests_until"]:
        return
    try:
        fresh = [word for word in words if not once_in or client().set(f"{SIGNALS}:{word}", b"1", nx=True, ex=once_in)]
        if fresh:
            _at_once([("SADD", SIGNALS, *fresh), ("EXPIRE", SIGNALS, STALE)])
            ask(SIGNAL)
    except (redis.RedisError, OSError) as error:
        _rest(error)


def signals() -> list[str]:
    """Everything that waits to be shown, taken out of waiting."""
    asked_begins(SIGNAL)
    taken: Any = client().spop(SIGNALS, 1000)
    return [word.decode() for word in taken]


def _rest(error: Exception) -> None:
    current_app.extensions["roms.redis_rests_until"] = time.monotonic() + REST_AFTER_FAILURE
    log.warning("Redis did not take a hint (%s); the ticker and the inbox's fallback make up for it", error)


def _named(job: str, arguments: Iterable[int]) -> str:
    return ":".join((job, *map(str, arguments)))


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
    _begins(channel)


def calling_begins() -> None:
    """The same for calls to other systems."""
    _begins(CALLS)


def fetching_begins() -> None:
    """The same for files."""
    _begins(FILES)


JOBS = {CALLS: CALL_OUT, FILES: FETCH}


def _enqueue(what: int | str) -> None:
    """A drain of this channel, or (CALLS, FILES) the making of calls and the fetching of files."""
    of, job, arguments = (what, JOBS[what], ()) if isinstance(what, str) else (OUTBOX, DRAIN, (what,))
    _job(of, job, arguments, what)


def _job(of: str, job: str, arguments: Sequence[int | str], what: int | str) -> None:
    """Put a job into the queue, once: where it lies there already, because nobody has been working for long, it lies
    there once afterwards. No retry: who fails has left the flag to the next hint, and that is the ticker's."""
    from rq import Queue
    from rq.serializers import JSONSerializer

    jobs = Queue(of, connection=client(), serializer=JSONSerializer)
    turn: Any = client().get(_turn(what))
    id_ = f"{re.sub(r'[^A-Za-z0-9]+', '-', f'{job}:{what}')}-{int(turn or 0)}"
    client().lrem(jobs.key, 0, id_)
    jobs.enqueue(job, *arguments, job_id=id_, job_timeout=120, result_ttl=0, failure_ttl=KEPT_FAILURE)


def _begins(what: int | str) -> None:
    """Whatever is asked for from now on needs a job of its own, and an id of its own: this one's record goes when it
    ends, and must not take a waiting one's with it."""
    _at_once([("DEL", _flag(what)), ("INCR", _turn(what))])


def _flag(of: int | str) -> str:
    return f"roms:drain:{of}"


def _turn(of: int | str) -> str:
    return f"roms:turn:{of}"
