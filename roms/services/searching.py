"""Asking a provider for messages that nobody knows the fate of: several side by side, with no transaction open."""

from __future__ import annotations

import functools
import logging
from concurrent.futures import ThreadPoolExecutor

import httpx

from roms.channels.failures import SendFailed
from roms.services import channels, evidence
from roms.services.channels import Line

log = logging.getLogger(__name__)


def look(channel_id: int, client: httpx.Client) -> None:
    """For some of those that are due; the ticker asks for the others."""
    line, asked = channels.line(channel_id), evidence.claim(channel_id)
    answers = [_threads().submit(_answer, line, client, each) for each in asked]
    for each, answer in zip(asked, answers, strict=True):
        evidence.record(each, answer.result())


def _answer(line: Line, client: httpx.Client, asked: evidence.Asked) -> evidence.Answer:
    if line.adapter.evidence is None:
        return None
    try:
        return line.adapter.evidence(line.account, client, asked.parcel, asked.since)
    except SendFailed as failed:
        log.info("message %s could not be looked for at its provider: %s", asked.parcel.id, failed.kind)
        return failed


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(evidence.AT_ONCE, thread_name_prefix="look")
