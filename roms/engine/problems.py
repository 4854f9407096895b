"""What is wrong with a set of flow files, said so that a shop owner can mend it: where, what, and what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from roms.engine.advice import advice
from roms.engine.messages import MESSAGES


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `line` and `column` count from 1; an "error" stops publishing, a "warning" does not."""

    file: str
    line: int
    column: int
    step: str
    severity: str
    code: str
    message: str
    message_id: str
    hint: str = ""

    @property
    def spot(self) -> Spot:
        return Spot(self.file, self.line, self.column, self.step)

    def told(self, language: str) -> str:
        """Everything a person needs, in two lines: where and what; the step, why, and what to do."""
        if language == "id":
            severity = {"error": "kesalahan", "warning": "peringatan"}[self.severity]
            where, what = f"{self.file}:{self.line}:{self.column}: {severity}", self.message_id
        else:
            where, what = f"{self.file}:{self.line}:{self.column}: {self.severity}", self.message
            what += f" ({self.hint})" if self.hint else ""
        step = f"{'langkah' if language == 'id' else 'step'} {self.step}: " if self.step else ""
        return f"{where}: {what}\n    {step}{advice(self.code)[language == 'id']}"

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}{hint}"


class FlowErrors(Exception):
    """The files cannot be published; `problems` holds every finding, the warnings too."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file that a finding can point at."""

    file: str
    line: int = 1
    column: int = 1
    step: str = ""


def found(
    spot: Spot, code: str, *, word: str = "", known: Iterable[str] = (), severity: str = "error", **details: object
) -> Problem:
    """A finding in both languages; with `word` and `known` it suggests the nearest thing that exists."""
    english, indonesian = MESSAGES[code]
    facts = {"word": word, **details}
    near = get_close_matches(word, list(known), n=1, cutoff=0.6) if word else []
    text_id = indonesian % facts + (f"; mungkin maksudnya `{near[0]}`?" if near else "")
    hint = f"did you mean `{near[0]}`?" if near else ""
    return Problem(spot.file, spot.line, spot.column, spot.step, severity, code, english % facts, text_id, hint)
