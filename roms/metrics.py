"""What is counted, for Prometheus; the library is loaded by the first thing that counts."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Counter, Gauge


_making = threading.Lock()  # two threads that count the same thing first would both make it, which the library refuses


def _counter(name: str, text: str, *labels: str) -> Counter:
    with _making:
        return _made_counter(name, text, *labels)


@functools.cache
def _made_counter(name: str, text: str, *labels: str) -> Counter:
    from prometheus_client import Counter

    return Counter(name, text, labels)


@functools.cache
def _made_gauge(name: str, text: str) -> Gauge:
    from prometheus_client import Gauge

    return Gauge(name, text)


def webhook_items(kind: str, result: str, count: int = 1) -> None:
    _webhook_items(kind, result).inc(count)


@functools.cache
def _webhook_items(kind: str, result: str) -> Counter:
    """Looked up once: every webhook counts."""
    text = "Items in webhooks, by what became of them"
    return _counter("roms_webhook_items", text, "kind", "result").labels(kind, result)


def skipped(kind: str, reason: str) -> None:
    text = "Items in webhooks that were not for us, by reason"
    _counter("roms_webhook_skipped", text, "kind", "reason").labels(kind, reason[:40]).inc()


def socket_cut(why: str) -> None:
    _counter("roms_live_closed", "Sockets we closed, by reason", "reason").labels(why).inc()


def sockets_open(count: int) -> None:
    with _making:
        _made_gauge("roms_live_open", "Sockets open now").set(count)


def spooled(waiting: int, oldest: int, broken: int) -> None:
    with _making:
        _made_gauge("roms_spool_depth", "Webhooks that wait for the database").set(waiting)
        _made_gauge("roms_spool_oldest_seconds", "For how long the oldest of them has waited").set(oldest)
        _made_gauge("roms_spool_broken", "Webhooks that were set aside, for a person to look at").set(broken)


def set_aside(trying: int, dead: int) -> None:
    with _making:
        _made_gauge("roms_aside_trying", "Items that could not be processed and are tried again").set(trying)
        _made_gauge("roms_aside_dead", "Items that could not be processed, for a person to look at").set(dead)


@functools.cache
def _made_labelled_gauge(name: str, text: str, label: str) -> Gauge:
    from prometheus_client import Gauge

    return Gauge(name, text, [label])


def part(name: str, is_well: bool, seconds: int | None) -> None:
    with _making:
        up = _made_labelled_gauge("roms_part_up", "Whether this part gets through its rounds", "part")
        up.labels(name).set(is_well)
        silent = _made_labelled_gauge("roms_part_silent_seconds", "Since its last round; -1: it never had one", "part")
        silent.labels(name).set(-1 if seconds is None else seconds)


def exposition() -> bytes:
    """Everything counted so far, in Prometheus' text form."""
    from prometheus_client import generate_latest

    return generate_latest()
