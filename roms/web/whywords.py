"""An explanation in words, line by line: for the command line, from the texts that the inbox uses too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from roms.engine.types import JSON
from roms.web import i18n

Line = tuple[str, str]  # what it is, and what it says


def lines(told: JSON, lang: str) -> Iterator[Line]:
    """`told` is what services/explaining.py gives."""

    def t(key: str, **values: str) -> str:
        return i18n.t(lang, "inbox", key, **values)

    yield "said" if told["sender"] == "bot" else "wrote", flat(told["text"])
    if told["heard"] and told["sender"] == "bot":
        yield "heard", flat(told["heard"]["text"])
    if told["outcome"] != "unknown":
        yield "outcome", t(f"outcome_{told['outcome']}", flow=told["flow"])
    if told["doubt"]:
        yield "doubt", t(f"doubt_{told['doubt']}")
    yield from _place(told, lang)
    if told["question"]:
        yield "question", _question(told["question"], lang)
    for lost in told["lost"]:
        place = f"{lost['flow']}.{lost['step']} ({lost['file']}:{lost['line']})"
        yield "lost", f"{place}, {rule(lost['rule'], lang)}: {reason(lost, lang)}"
    for each in told["variables"]:
        was = f"   {t('why_was', was=each['was'])}" if "was" in each else ""
        yield "variable", f"{each['name']} = {each['value']}{was}"
    for each in told["facts"]:
        yield "fact", f"{each['name']} = {each['value']}"


def _place(told: JSON, lang: str) -> Iterator[Line]:
    where, took = told["where"], told["took"]
    if where:
        yield "release", str(where["release"])
        step = f", step {where['flow']}.{where['step']}" if where["flow"] else ""
        yield "at", f"{where['file']}:{where['line']}{step}"
        yield "rule", rule(told["rule"], lang)
    if took and took != told["rule"]:
        yield "took", rule(took, lang)


def rule(found: Mapping[str, JSON], lang: str) -> str:
    """In the reader's language where it is known, else as the engine wrote it."""
    key = f"rule_{found['code']}"
    known = key in i18n.texts(lang, "inbox")
    text = i18n.t(lang, "inbox", key, **found["values"]) if known else str(found["text"])
    several = found["several"]
    return f"{text}, {i18n.t(lang, 'inbox', 'several_' + several['code'], count=several['count'])}" if several else text


def reason(lost: JSON, lang: str) -> str:
    values = dict(lost["values"])
    if lost["why"] == "weaker":
        values = {name: i18n.t(lang, "inbox", f"fit_{kind}") for name, kind in values.items()}
    return i18n.t(lang, "inbox", f"lost_{lost['why']}", **values)


def _question(question: JSON, lang: str) -> str:
    kind = i18n.t(lang, "inbox", f"kind_{question['kind']}")
    what = i18n.t(lang, "inbox", f"asked_{question['outcome']}", kind=kind)
    options = ", ".join(f"{option['key']} {option['label']}" for option in question["options"])
    place = f"{question['flow']}.{question['step']} ({question['file']}:{question['line']})"
    return f"{place}, {kind}{f' [{options}]' if options else ''}: {what}"


def flat(text: str, most: int = 110) -> str:
    """On one line."""
    line = " ⏎ ".join(text.split("\n"))
    return line if len(line) <= most else line[: most - 1] + "…"
