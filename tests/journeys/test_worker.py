"""worker.py as a process: Redis comes and goes, and it ends when it is asked to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_library
from flask import Flask
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from roms import draining, jobs, process, queue
from roms.config import ROOT
from roms.listener import Worker
from roms.services import channels
from tests.cast import Cast
from tests.conftest import KEYS
from tools import redis as tool
from tools.places import redis_socket


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ROMS_")}
    environ |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'roms.db'}", **KEYS}
    environ |= {"REDIS_URL": f"unix://{redis_socket(tmp_path)}", "ROMS_DATA": str(tmp_path)}
    command = [sys.executable, "worker.py"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def until(what: str, condition: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def does_a_job(url: str) -> None:
    with redis_library.Redis.from_url(url) as connection:
        job = Queue(queue.OUTBOX, connection=connection, serializer=JSONSerializer).enqueue("time.time", result_ttl=60)
        until("the job was not done", lambda: job.get_status() is JobStatus.FINISHED)


def test_a_worker_outlives_redis_and_begins_before_it(tmp_path: Path, worker: subprocess.Popen[str]) -> None:
    assert worker.stderr is not None
    until("it did not try", lambda: worker.poll() is not None or "lost Redis" in worker.stderr.readline())
    assert worker.poll() is None
    for _ in range(2):
        with subprocess.Popen(tool.command(tmp_path), stdout=subprocess.DEVNULL) as server:
            until("Redis did not start", lambda: tool.answers(redis_socket(tmp_path)))
            does_a_job(f"unix://{redis_socket(tmp_path)}")
            is_known_again(f"unix://{redis_socket(tmp_path)}")
            server.kill()
    assert worker.poll() is None
    worker.terminate()
    worker.send_signal(signal.SIGINT)  # a second wish says nothing new
    assert worker.wait(30) == 0  # 28 s are what a process takes at most, and then it ends with 1


def is_known_again(url: str) -> None:
    """After Redis was emptied."""
    with redis_library.Redis.from_url(url) as server:
        assert server.scard("rq:workers") == 1
        server.flushall()
        does_a_job(url)
        until("it is not registered", lambda: server.scard("rq:workers") == server.scard("rq:workers:outbox") == 1)
        (key,) = server.smembers("rq:workers")
        assert 0 < server.ttl(key) <= 70


def lying(server: redis_library.Redis) -> list[bytes]:
    found: list[bytes] = server.lrange(f"rq:queue:{queue.OUTBOX}", 0, -1)  # type: ignore[assignment]
    return found


def test_hints_that_nobody_hears_do_not_pile_up(app: Flask, cast: Cast, redis: str) -> None:
    with redis_library.Redis.from_url(redis) as server:
        for _ in range(20):
            queue.wake([cast.whapi, cast.webchat])
            server.delete(queue._flag(cast.whapi), queue._flag(cast.webchat))  # as time does
        assert lying(server) == [b"roms-jobs-drain-%d-0" % channel for channel in (cast.whapi, cast.webchat)]
        assert len(server.keys("rq:job:*")) == 2


def test_a_hint_during_a_drain_is_a_job_of_its_own_and_outlives_it(
    app: Flask, cast: Cast, redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained: list[int] = []

    def afresh(channel: int) -> object:
        drained.append(channel)
        if len(drained) == 1:
            queue.wake([channel])
        return channels.line(channel)

    monkeypatch.setattr(jobs.channels, "afresh", afresh)
    queue.wake([cast.whapi])
    for _ in range(2):
        Worker(redis, queue.OUTBOX, process.STOPPING).work(burst=True, logging_level="CRITICAL")
        draining.finish()
    assert drained == [cast.whapi] * 2


def test_what_failed_and_what_ended_is_gone_from_redis_within_a_minute(
    app: Flask, cast: Cast, redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(_app: Flask, channel: int) -> None:
        if channel == 9999:
            raise LookupError("the job fails")

    monkeypatch.setattr(draining, "begin", begin)
    with redis_library.Redis.from_url(redis) as server:
        for channel in (cast.whapi, 9999):
            queue.wake([channel])
        Worker(redis, queue.OUTBOX, process.STOPPING).work(burst=True, logging_level="CRITICAL")
        left = {key.decode(): server.ttl(key) for key in server.keys("rq:*")}
        ((_, ends),) = server.zrange("rq:failed:outbox", 0, -1, withscores=True)  # type: ignore[misc]
        for_good = {name for name, seconds in left.items() if seconds < 0} - {"rq:queues", "rq:failed:outbox"}
        assert (for_good, lying(server)) == (set(), [])
        assert 0 < ends - time.time() <= queue.KEPT_FAILURE
        queue.wake([9999])  # and it is tried again when the ticker says so, not by itself
        assert len(lying(server)) == 1


class Poison:
    """Whoever reads this back as a pickle makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_s22_what_somebody_puts_into_the_queue_is_never_read_as_a_pickle(redis: str, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    with redis_library.Redis.from_url(redis) as connection:
        bad = Queue(queue.OUTBOX, connection=connection).enqueue("time.time", Poison(touched))
        good = Queue(queue.OUTBOX, connection=connection, serializer=JSONSerializer).enqueue("time.time", result_ttl=60)
        Worker(redis, queue.OUTBOX, process.STOPPING).work(burst=True, logging_level="CRITICAL")
        assert (good.get_status(), touched.exists()) == (JobStatus.FINISHED, False)
        assert Job.fetch(bad.id, connection=connection).args  # who does read it as one
        assert touched.exists()
