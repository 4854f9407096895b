"""What led to a message, read back from the few words that are stored with it, so that it can be told in any language.

The engine writes a rule as a line of English ("keyword 'harga', typed 'hrg'"): cheap to make, and readable in a log.
Here such a line becomes a code and its values; what this table does not know is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

PATTERNS = tuple(
    (code, re.compile(pattern, re.DOTALL))
    for code, pattern in (
        ("typo", r"keyword '(?P<word>.*)', typed '(?P<typed>.*)'"),
        ("keyword", r"keyword '(?P<word>.*)'"),
        ("button", r"button '(?P<word>.*)'"),
        ("starts", r"starts with '(?P<word>.*)'"),
        ("pattern", r"pattern '(?P<word>.*)'"),
        ("event", r"event (?P<event>\w+)"),
        ("otherwise", r"otherwise"),
        ("option_word", r"option (?P<key>.+), by '(?P<word>.*)'"),
        ("option", r"option (?P<key>.+)"),
        ("answer", r"answer accepted"),
        ("invalid_try", r"invalid, try (?P<tries>\d+) of (?P<of>\d+)"),
        ("invalid_times", r"invalid (?P<times>\d+) times"),
        ("timeout", r"no answer for (?P<seconds>\d+) s"),
        ("waited", r"the wait is over"),
        ("outside", r"answer (?P<status>\d+)"),
        ("outside_failed", r"no answer: (?P<problem>\w+)"),
        ("outside_unasked", r"the request cannot be made"),
        ("person", r"word '(?P<word>.*)' reaches a person"),
        ("back", r"back to the question"),
        ("waited", r"the wait is over"),
        ("called", r"called by (?P<step>.+)"),
        ("returned", r"back from (?P<flow>.+)"),
        ("broke", r"the flow broke"),
        ("moved", r"moved to a new release"),
        ("release", r"a new release"),
        ("released", r"released here"),
        ("taken_back", r"taken back"),
        ("branch", r"when (?P<when>.*)"),
    )
)


SEVERAL = (  # how a burst was read
    ("together", re.compile(r"(?P<rule>.*), (?P<count>\d+) messages together", re.DOTALL)),
    ("last", re.compile(r"(?P<rule>.*), the last of (?P<count>\d+) messages", re.DOTALL)),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in parts; the code is "" where the text is all that is known."""

    code: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    several: str = ""  # "together" or "last", where `count` messages came to one turn
    count: int = 0


def read(text: str) -> Rule:
    for several, pattern in SEVERAL:
        if hit := pattern.fullmatch(text):
            return replace(read(hit["rule"]), several=several, count=int(hit["count"]))
    for code, pattern in PATTERNS:
        if hit := pattern.fullmatch(text):
            return Rule(code, text, hit.groupdict())
    return Rule("", text)
