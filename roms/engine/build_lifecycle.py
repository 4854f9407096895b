"""From the plain values of lifecycle.yaml to the one table."""

from __future__ import annotations

from collections.abc import Callable

from roms.engine.book import Desk
from roms.engine.flow import Consent, Person
from roms.engine.functions import duration
from roms.engine.person import WORDS
from roms.engine.table import PERSON_EVENTS, After, Burst, Lifecycle, Row
from roms.engine.template import Text, compile_template, plain_text
from roms.engine.types import Mode
from roms.engine.words import words_of
from roms.engine.yamltext import Path

RESPONSE_WITHIN = "10m"
SHORTEST_BURST, LONGEST_BURST = 1, 60  # seconds
_ONE_MOMENT = plain_text(
    "Baik, saya sambungkan dengan CS kami. Mohon tunggu sebentar ya.",
    "All right, I am connecting you with a colleague. One moment please.",
)
_STOPPED = plain_text(
    "Baik, Anda tidak akan menerima promosi dari kami lagi. Balas MULAI bila ingin menerimanya kembali.",
    "All right, you will get no promotions from us any more. Reply START if you want them again.",
)
_RESUMED = plain_text(
    "Baik, Anda akan menerima promosi dari kami lagi. Balas BERHENTI untuk menghentikannya.",
    "All right, you will get our promotions again. Reply STOP to end them.",
)
_CLOSED = (
    "Baik, saya sambungkan dengan CS kami. "
    "Sekarang tutup; CS membalas {{hours.opens_at|date}} mulai {{hours.opens_at|time}}."
)
_CLOSED_EN = (
    "All right. We are closed now; a colleague answers you on {{hours.opens_at|date}} from {{hours.opens_at|time}}."
)


def lifecycle(desk: Desk) -> Lifecycle:
    """A lifecycle whose shape is right already."""
    data = desk.document.data
    rows, after = {}, {}
    for name, mode_data in data["modes"].items():
        mode, path = Mode(name), ("modes", name)
        for event in mode_data["on"]:
            rows[mode, event] = _rows(desk, (*path, "on", event))
        after[mode] = tuple(
            each for n in range(len(mode_data.get("after", ()))) if (each := _after(desk, (*path, "after", n)))
        )
    allowed = {mode: tuple(event for event in PERSON_EVENTS if (mode, event) in rows) for mode in Mode}
    within = duration(data.get("response_within", RESPONSE_WITHIN))
    several = burst(desk, ("burst",)) or Burst()
    reasons = {key: _in_both(said) for key, said in data.get("close_reasons", {}).items()}
    return Lifecycle(data["lifecycle"], Mode(data["initial"]), rows, after, allowed, within, several, reasons)


def _in_both(said: str | dict[str, str]) -> dict[str, str]:
    """A text for our own people, who read it in either language."""
    words = {"id": said, "en": said} if isinstance(said, str) else said
    return {"id": words.get("id") or words["en"], "en": words.get("en") or words["id"]}


def burst(desk: Desk, path: Path) -> Burst | None:
    """`each`, `{merge: 3s}` or `{last: 3s}`, of the lifecycle or of a question; None where nothing stands."""
    value = desk.value(path)
    if not isinstance(value, dict):
        return Burst() if value else None
    ((kind, time),) = value.items()
    seconds = duration(time)
    if not SHORTEST_BURST <= seconds <= LONGEST_BURST:
        desk.add((*path, kind), "burst-time", word=str(time))
    return Burst(kind, seconds)


def person(desk: Desk) -> Person:
    """The words that always reach a person, unless the lifecycle says otherwise."""
    given = desk.words(("person", "words"))
    words = {folded for word, _ in given for folded in words_of(word)} if given else set(WORDS)
    says, closed = desk.texts(("person", "say")), desk.texts(("person", "closed"))
    four = (desk.texts(("person", name)) or (usual(),) for name, usual in _WAITS.items())
    later, away, following, full = (texts[0] for texts in four)
    closed = closed or (() if says else (_own(_CLOSED, _CLOSED_EN),))
    return Person(frozenset(words), says or (_ONE_MOMENT,), closed, later, away, following, full)


def consent(desk: Desk) -> Consent:
    """What is said to who writes STOP or START, unless the lifecycle says otherwise."""
    stopped, resumed = desk.texts(("consent", "stopped")), desk.texts(("consent", "resumed"))
    return Consent(*(stopped or (_STOPPED,)), *(resumed or (_RESUMED,)))


def _own(indonesian: str, english: str) -> Text:
    """A text of ours with holes, in both languages."""
    id_, en = compile_template(indonesian, "id"), compile_template(english, "en")
    return Text({"id": id_, "en": en}, id_)


_WAITS: dict[str, Callable[[], Text]] = {
    "later": lambda: _own(
        "CS kami sedang tutup; pesan Anda kami balas {{hours.opens_at|date}} mulai {{hours.opens_at|time}}.",
        "Our colleagues are not there now; they answer you on {{hours.opens_at|date}} from {{hours.opens_at|time}}.",
    ),
    "away": lambda: _own(
        "Saat ini belum ada CS yang bisa membalas. Pesan Anda sudah kami catat dan dibalas begitu ada yang kembali.",
        "Nobody is free to answer right now. Your message is noted and will be answered as soon as somebody is back.",
    ),
    "next": lambda: _own(
        "Semua CS sedang melayani. Anda giliran berikutnya.",
        "All our colleagues are busy. You are next.",
    ),
    "full": lambda: _own(
        "Semua CS sedang melayani. Ada sekitar {{ahead}} orang sebelum Anda.",
        "All our colleagues are busy. There are about {{ahead}} people before you.",
    ),
}


def _rows(desk: Desk, path: Path) -> tuple[Row, ...]:
    value = desk.value(path)
    if isinstance(value, list):
        return tuple(_row(desk, (*path, number)) for number in range(len(value)))
    return (_row(desk, path),)


def _row(desk: Desk, path: Path) -> Row:
    value = desk.value(path)
    to = value.get("to")
    return Row(
        Mode(to) if to and to != "previous" else None,
        to == "previous",
        tuple(value.get("do", ())),
        desk.expression((*path, "when")) if "when" in value else None,
        desk.document.at(path).line,
    )


def _after(desk: Desk, path: Path) -> After | None:
    value = desk.value(path)
    if ("idle" in value) == ("for" in value):
        desk.add(path, "after-kind")
        return None
    kind, key = ("idle", "idle") if "idle" in value else ("stay", "for")
    return After(kind, duration(value[key]), _row(desk, path))
