"""worker.py as a process: Redis comes and goes, and it ends when it is asked to."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_library
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from roms import jobs, queue
from roms.config import ROOT
from roms.listener import Worker
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
            server.kill()
    assert worker.poll() is None
    worker.terminate()
    assert worker.wait(10) == 0


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
        Worker(redis, queue.OUTBOX, jobs.STOPPING).work(burst=True, logging_level="CRITICAL")
        assert (good.get_status(), touched.exists()) == (JobStatus.FINISHED, False)
        assert Job.fetch(bad.id, connection=connection).args  # who does read it as one
        assert touched.exists()
