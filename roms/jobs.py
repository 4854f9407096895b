"""What workers do. Jobs are given ids only, are safe to run twice, and hold no transaction while they wait."""

from __future__ import annotations

import functools
import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import httpx

from roms import queue
from roms.channels import ADAPTERS
from roms.channels.base import Account, Ambiguous, SendFailed
from roms.services import channels, outbox
from roms.services.outbox import Claimed, Outcome

log = logging.getLogger(__name__)

SENDS_IN_FLIGHT = 16
GATHER = 0.003  # seconds: what ends this soon after the first is written down with it, in one transaction
LONGEST_RUN = 20.0  # seconds; then another drain goes on, so that no channel keeps a worker for itself


def drain(channel_id: int) -> None:
    """Send what waits on this channel, side by side, each conversation in its order."""
    queue.drain_begins(channel_id)
    account, client = channels.line(channel_id).account, _client()
    until = time.monotonic() + LONGEST_RUN
    flying: dict[Future[Outcome], Claimed] = {}
    while True:
        free = SENDS_IN_FLIGHT - len(flying)
        fresh = outbox.claim(channel_id, free) if free and time.monotonic() < until else []
        for claimed in fresh:
            flying[_senders().submit(_send, account, client, claimed)] = claimed
        if not flying:
            break
        wait(flying, return_when=FIRST_COMPLETED)
        done, _ = wait(flying, timeout=GATHER)
        outbox.record(channel_id, [(flying.pop(future), future.result()) for future in done])
    if time.monotonic() >= until:
        queue.wake([channel_id])


def _send(account: Account, client: httpx.Client, claimed: Claimed) -> Outcome:
    """One call to the provider; whatever happens comes back as a value."""
    try:
        return ADAPTERS[account.kind].send(account, client, claimed.parcel)
    except SendFailed as failed:
        return failed
    except Exception as error:
        log.exception("the %s adapter failed on message %s in a way it does not know", account.kind, claimed.parcel.id)
        return Ambiguous(f"the adapter failed: {type(error).__name__}", "adapter_failed")


@functools.cache
def _senders() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SENDS_IN_FLIGHT, thread_name_prefix="send")


@functools.cache
def _client() -> httpx.Client:
    """One client per process: making one costs 50 ms, and it keeps connections open."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
    return httpx.Client(timeout=httpx.Timeout(15, connect=5), limits=limits, follow_redirects=False)
