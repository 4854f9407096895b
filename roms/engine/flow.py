"""A release: every flow and the lifecycle, compiled once into frozen values that turns only look things up in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from roms.engine.effects import Option
from roms.engine.hours import Hours
from roms.engine.media import Media
from roms.engine.problems import Problem, Spot
from roms.engine.sayings import Sayable
from roms.engine.scope import Evaluate
from roms.engine.table import Burst, Lifecycle
from roms.engine.template import Template, Text
from roms.engine.triggers import Index
from roms.engine.types import Place
from roms.engine.words import Typos


@dataclass(frozen=True, slots=True)
class Way:
    """One way from a step to another, and where it stands in the files.

    Every way has a `target` of its own: a walk that remembers these very values tells which ways it took, although
    two may join the same steps. A trigger's way comes from a step without a name.
    """

    source: Place
    target: Place
    spot: Spot


@dataclass(frozen=True, slots=True, eq=False)
class Invalid:
    """What follows an answer that is none."""

    says: tuple[Sayable, ...]
    retries: int
    then: Place


@dataclass(frozen=True, slots=True, eq=False)
class Timeout:
    """Where to, when no answer has come for so many seconds."""

    after: int
    go: Place


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One thing to choose. `value` is what is saved, `go` where a menu's choice leads."""

    key: str
    label: Text
    value: str
    go: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What can be chosen, filed under everything one may type for it."""

    all: tuple[Choice, ...]
    by_phrase: Mapping[str, Choice]  # keys, words and labels, folded: for whole messages
    by_word: Mapping[str, Choice]  # single words, for finding one in a sentence
    typos: Typos
    rendered: Mapping[str, tuple[tuple[Option, ...], str]]  # by language, where labels have no holes


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What `menu` and `ask` have in common."""

    prompt: Text
    save: str
    invalid: Invalid
    timeout: Timeout | None
    burst: Burst | None  # None: as the lifecycle says
    choices: Choices | None


@dataclass(frozen=True, slots=True, eq=False)
class Menu(Question):
    """Choose one; each choice leads somewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Ask(Question):
    """Answer freely, in a form that `kind` names and `where` narrows down."""

    kind: str
    where: Evaluate | None


@dataclass(frozen=True, slots=True, eq=False)
class Rate(Ask):
    """How was it, from 1 to 5? Whatever is no answer is another matter, so `invalid` leads nowhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """The first case whose condition holds leads on; the last has none."""

    cases: tuple[tuple[Evaluate | None, Place, str], ...]  # condition, where to, how it reads


@dataclass(frozen=True, slots=True, eq=False)
class Go:
    to: Place


@dataclass(frozen=True, slots=True, eq=False)
class Handoff:
    team: str
    priority: str
    says: tuple[Sayable, ...]
    skill: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Close:
    says: tuple[Sayable, ...]


@dataclass(frozen=True, slots=True, eq=False)
class End:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Subflow:
    """`call`: a flow that comes back. It knows what it is given, and nothing else."""

    to: Place
    given: tuple[tuple[str, Evaluate], ...]
    save: Mapping[str, str]  # our name -> its name


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """On by itself after so many seconds, or at the moment that `until` gives."""

    after: int
    until: Evaluate | None


@dataclass(frozen=True, slots=True, eq=False)
class Http:
    """Ask another system. A status of `on` has a way of its own; what is neither that nor a good answer is `failed`."""

    method: str
    url: Template
    headers: tuple[tuple[str, Template], ...]
    body: Evaluate | None
    save: str
    timeout: int
    on: Mapping[int, Place]
    failed: Place


Control = Menu | Ask | Rate | Branch | Go | Handoff | Close | End | Subflow | Wait | Http


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A place in a flow: what is set, labelled, noted and said there, in this order, and then its one control."""

    place: Place
    file: str
    line: int
    sets: tuple[tuple[str, Evaluate], ...]
    labels: tuple[str, ...]
    notes: tuple[Text, ...]
    says: tuple[Sayable, ...]
    control: Control | None
    following: Place | None


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """The words that always reach a person, and what is said then, or while nobody is there.

    The last four are said to whoever was handed over and was not told yet when somebody will be there.
    """

    words: frozenset[str]
    says: tuple[Text, ...]
    closed: tuple[Text, ...]
    later: Text  # the team is closed
    away: Text  # it is open, and nobody is there
    next: Text  # all have their hands full, and nobody waits before this one
    full: Text  # the same, and some do: `ahead`


@dataclass(frozen=True, slots=True, eq=False)
class Consent:
    """What is said to who ends what we send of our own accord, and to who takes it up again."""

    stopped: Text
    resumed: Text


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """What is published: never changed, and compared by its hash."""

    number: int
    hash: str
    files: Mapping[str, str]
    lifecycle: Lifecycle
    steps: Mapping[Place, Step]
    titles: Mapping[str, Text]  # flow name -> what it is called
    triggers: Index
    interrupts: Index
    person: Person
    consent: Consent
    hours: Hours
    warnings: tuple[Problem, ...]
    ways: tuple[Way, ...] = ()
    gathers: bool = False  # some question, or the lifecycle, makes one turn of several messages
    media: Mapping[str, Media] = field(default_factory=dict)  # name -> what the file is
    teams: frozenset[str] = frozenset()  # that the files speak of
    needs: Mapping[Place, frozenset[str]] = field(default_factory=dict)  # the variables that a step cannot do without
