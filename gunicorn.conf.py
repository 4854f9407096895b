"""How the web process runs: one process, many threads, because every open socket occupies one.

At most half of the threads are given to sockets (roms/web/hub.py), the rest answers requests.
"""

import os
import signal
from typing import Any

bind = os.environ.get("ROMS_BIND", "127.0.0.1:8000")
worker_class = "roms.serving.Worker"  # gthread, but for its farewells
workers = 1  # the hub, the pace limits and the channels' memory are per process
threads = int(os.environ.get("ROMS_THREADS", "400"))
worker_connections = threads + 200  # a request that waits is better than one refused
graceful_timeout = 20  # seconds for requests that are under way; without any it ends in about 2 s
timeout = 60
keepalive = 15
loglevel = "warning"
accesslog = None  # it would hold tickets and addresses
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a slow disk must not look like a hung worker


def on_starting(server: Any) -> None:
    """Refuse to start where webhooks could not be kept while the database is away."""
    from roms.config import BadConfig, Config
    from roms.spool import Spool, Unwritable

    try:
        config = Config.from_environ()
        Spool(config.spool, config.credentials_keys).prepare()
    except (BadConfig, Unwritable) as error:
        raise SystemExit(f"settings: {error}") from None


def when_ready(server: Any) -> None:
    """Ctrl-C asks for the same end as TERM, the second time too: gunicorn's own quick one cuts requests off."""
    signal.signal(signal.SIGINT, lambda _number, frame: server.signal(signal.SIGTERM, frame))


def post_worker_init(worker: Any) -> None:
    """Give the hub its share of the threads, and tell it when we stop: open sockets would hold gunicorn otherwise."""
    app = worker.wsgi
    hub = app.extensions["roms.hub"]
    hub.most = threads // 2
    with app.app_context():
        from sqlalchemy.exc import SQLAlchemyError

        from roms.services import account_states, known_accounts

        try:
            known_accounts.keep()
            for warning in account_states.warnings():
                worker.log.warning(warning["text"])
        except SQLAlchemyError as error:  # webhooks are taken all the same
            worker.log.error("the database cannot be asked: %s", error)
    start_pulse(app)
    gunicorns = signal.getsignal(signal.SIGTERM)

    def stop(signum: int, frame: Any) -> None:
        hub.stop()
        if callable(gunicorns):
            gunicorns(signum, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def start_pulse(app: Any) -> None:
    """What is counted and how the hub is goes into the database from a thread beside the requests."""
    from roms.services import heartbeats
    from roms.services.pulse import Pulse

    def look() -> None:
        heartbeats.beat("web", 1)
        app.extensions["roms.hub"].beat()

    app.extensions["roms.pulse"] = Pulse(app, look)
    app.extensions["roms.pulse"].start()


def worker_exit(server: Any, worker: Any) -> None:
    """Asked to end: the last second's counts are written, and that nobody is to miss us."""
    if worker.wsgi is not None and "roms.pulse" in worker.wsgi.extensions:
        worker.wsgi.extensions["roms.pulse"].stop()
