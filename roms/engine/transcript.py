"""A conversation that happened, written down as a flow test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import yaml

from roms.engine import acting, calling, lines
from roms.engine.effects import CallOut, SendMessage
from roms.engine.events import AgentFound, AgentReplied, Looped, MessageReceived, OutsideAnswered, TimerFired, Undone
from roms.engine.flow import Release
from roms.engine.play import Player, facts_of
from roms.engine.replay import Past, Record
from roms.engine.types import Decision, Refused

NOBODY = "Budi Santoso"  # who every recorded contact becomes
SOMEWHERE = {"latitude": -6.175392, "longitude": 106.827153}  # where every place that was shared lies
AGENT_SAID = "Baik, saya bantu."  # what every agent says there
_DIGITS = re.compile(r"(?<![\w-])\+?\d[\d .-]{6,}\d(?![\w-])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


class _Dumper(yaml.SafeDumper):
    """Several lines stand as several lines, and nothing is an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def transcript(release: Release, record: Record, title: str) -> str:
    """The conversation as YAML that passes on this release: what was said is played anew, with the contact's name,
    phone numbers and addresses replaced, and what the bot then answers is what the test expects."""
    contact = dict(record.past[0].contact) if record.past else {}
    hidden = _names(record)
    given: dict[str, Any] = {"name": NOBODY if contact.get("name") else ""}
    given |= {"language": str(contact.get("language", "id")), "labels": list(contact.get("labels", ()))}
    player = Player(release, record.began.replace(microsecond=0), facts_of(given, record.channel))
    began = player.now
    chat = [line for past in record.past for line in _lines(player, past, hidden)]
    for call in [*player.calls.values()]:  # whose answer never came: the test has to expect them all the same
        chat += _answered(player, call, OutsideAnswered(call.turn, 0, None, "lost"))
    data = {
        "test": title,
        "given": {
            "time": f"{began:%Y-%m-%d %H:%M:%S} UTC",
            "contact": {key: value for key, value in given.items() if value},
            "channel": dict(record.channel),
        },
        "chat": [*chat, {"mode": player.session.mode.value}],
    }
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def _lines(player: Player, past: Past, hidden: re.Pattern[str] | None) -> Iterator[dict[str, Any]]:
    """First the time that passed, with what fell due in it; then what happened and what the bot said to it."""
    yield from _waited(player, past.at)
    event = past.event
    if isinstance(event, TimerFired | Looped | AgentFound | Undone):  # no act, or none that lasted
        return
    line: dict[str, Any]
    if isinstance(event, MessageReceived):
        line, event = _written(event, hidden)
    elif isinstance(event, OutsideAnswered):
        if call := player.calls.get(event.turn):
            yield from _answered(player, call, replace(event, data=_nameless(event.data, hidden)))
        return
    elif isinstance(event, AgentReplied):
        line, event = {"agent": AGENT_SAID}, AgentReplied(AGENT_SAID, 1)
    else:
        said = acting.written(event, player.now)
        line, event = {"event": said}, acting.meant(said, player.now)
    try:
        decision = player.happens(event)
    except Refused:
        return  # in this release it cannot happen here
    yield line
    yield from _said(decision)


def _answered(player: Player, call: CallOut, event: OutsideAnswered) -> Iterator[dict[str, Any]]:
    del player.calls[call.turn]
    decision = player.happens(event)
    yield {"http": calling.line(call, event)}
    yield from _said(decision)


def _nameless(data: Any, hidden: re.Pattern[str] | None) -> Any:
    """The same with every text in it made anonymous."""
    if isinstance(data, dict):
        return {name: _nameless(value, hidden) for name, value in data.items()}
    if isinstance(data, list):
        return [_nameless(value, hidden) for value in data]
    return anonymous(data, hidden) if isinstance(data, str) else data


def _written(event: MessageReceived, hidden: re.Pattern[str] | None) -> tuple[dict[str, Any], MessageReceived]:
    """The line, and what it will be when the test runs."""
    if event.content is not None:
        said = _without_traces(event.content, hidden)
        return {"customer": said}, lines.heard(said)
    text = anonymous(event.text, hidden)
    more = {"tap": event.payload} if event.payload else {}
    more |= {"kind": event.kind} if event.kind != "text" else {}
    return {"customer": {"text": text, **more} if more else text}, MessageReceived(text, event.payload, event.kind)


def _without_traces(content: Mapping[str, Any], hidden: re.Pattern[str] | None) -> dict[str, Any]:
    """A place becomes another one, a file keeps its kind, its name and what was written under it."""
    kind = str(content.get("kind"))
    if kind == "location":
        return {kind: dict(SOMEWHERE)}
    name, caption = str(content.get("name", "")), str(content.get("caption", ""))
    said = {kind: anonymous(name, hidden) or lines.USUAL_NAMES.get(kind, kind)}
    return said | ({"caption": anonymous(caption, hidden)} if caption else {})


def _waited(player: Player, until: datetime) -> Iterator[dict[str, Any]]:
    seconds = int((until - player.now).total_seconds())
    if seconds < 1:
        return
    stop = player.now + timedelta(seconds=seconds)
    yield {"wait": _duration(seconds)}
    while (decision := player.fires_before(stop)) is not None:
        yield from _said(decision)
    player.now = stop


def _said(decision: Decision) -> Iterator[dict[str, Any]]:
    return ({"bot": lines.written(effect)} for effect in decision.effects if isinstance(effect, SendMessage))


def _duration(seconds: int) -> str:
    parts = []
    for unit, size in _UNITS:
        if seconds >= size:
            parts.append(f"{seconds // size}{unit}")
            seconds %= size
    return "".join(parts)


def _names(record: Record) -> re.Pattern[str] | None:
    """Every word of the contact's names, to be replaced wherever it was written."""
    names = [str(known.get("name", "")) for past in record.past for known in (past.contact, past.learned)]
    words = {word for name in names for word in name.split() if len(word) > 2}
    if not words:
        return None
    return re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(words))) + r")\b", re.IGNORECASE)


def anonymous(text: str, hidden: re.Pattern[str] | None) -> str:
    """Without the contact's names, e-mail addresses and long numbers; short numbers are answers and stay."""
    text = _MAIL.sub("budi@example.com", text)
    text = _DIGITS.sub("0812 0000 0000", text)
    return hidden.sub("Budi", text) if hidden else text
