"""YAML text -> Release, or every problem at once with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

from roms.engine import build_hours, build_lifecycle, bursts, check, check_known, check_lifecycle, check_values, shape
from roms.engine.book import Book, Desk, Known
from roms.engine.build_flow import Draft
from roms.engine.flow import Consent, Person, Release, Way
from roms.engine.hours import Hours, always
from roms.engine.media import Files, looked_at, split
from roms.engine.problems import FlowErrors, Problem, Spot, found
from roms.engine.table import Lifecycle
from roms.engine.triggers import Index
from roms.engine.yamltext import Document, read

LIFECYCLE = "lifecycle.yaml"
HOURS = "hours.yaml"
Sheet = tuple[Lifecycle, Person, Consent]  # what lifecycle.yaml says

__all__ = ["FlowErrors", "Problem", "compile_release", "release_hash"]


def release_hash(files: Files) -> str:
    """The same files give the same hash, wherever they lie; a media file counts by its own hash."""
    digest = sha256()
    for name, value in sorted(files.items()):
        for part in (name, value if isinstance(value, str) else looked_at(value).hash):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


def compile_release(release: Files, number: int = 0, known: Known | None = None) -> Release:
    """Everything the files say, ready to answer. Raises FlowErrors with every problem; warnings alone do not.

    Besides texts the release may hold `media/*`, each with its bytes or what is known of it. With `known` the teams and
    labels that flows name are looked for too.
    """
    files, media = split(release)
    book = Book(media=media, known=known)
    read_files = [read(name, files[name]) for name in sorted(files)]
    documents = [each for each in read_files if isinstance(each, Document)]
    book.problems += [each for each in read_files if isinstance(each, Problem)]
    book.unread = {_named(files[each.file], each.file) for each in read_files if isinstance(each, Problem)}
    lifecycle = _lifecycle(files, documents, book)
    hours = _hours(documents, book)
    drafts = [Draft(book, document) for document in documents if document.file != LIFECYCLE and not _is_hours(document)]
    for draft in drafts:
        draft.announce()
    for draft in drafts:
        draft.compile()
    whole = len(documents) == len(files) and all(draft.whole for draft in drafts)
    check.check(book, lifecycle and lifecycle[:2], whole=whole)
    book.problems.sort(key=lambda each: (each.file != LIFECYCLE, each.file, each.line, each.column))
    if lifecycle is None or any(problem.severity == "error" for problem in book.problems):
        raise FlowErrors(book.problems)
    return _release(files, number, lifecycle, hours, drafts, book)


def _named(text: str, file: str) -> str:
    """The flow that a file means to hold although nobody can read it."""
    named = re.search(r"^flow: *([\w-]+)", text, re.MULTILINE)
    return named[1] if named else file.removesuffix(".yaml")


def _release(
    files: Mapping[str, str],
    number: int,
    lifecycle: Sheet,
    hours: Hours,
    drafts: list[Draft],
    book: Book,
) -> Release:
    triggers = [trigger for draft in drafts for trigger in draft.triggers]
    steps = {step.place: step for draft in drafts for step in draft.steps}
    triggered = [way for draft in drafts for way in draft.ways]
    return Release(
        number,
        release_hash({**files, **book.media}),
        files,
        lifecycle[0],
        steps,
        {draft.name: draft.title for draft in drafts if draft.title},
        Index(triggers),
        Index(trigger for trigger in triggers if trigger.interrupt),
        lifecycle[1],
        lifecycle[2],
        hours,
        tuple(book.problems),
        (*(Way(edge.source, edge.target, edge.spot) for edge in book.edges), *triggered),
        any(bursts.gathers(step) for step in steps.values()) or lifecycle[0].burst.kind != "each",
        book.media,
        check_known.named(book),
        check_values.needs(book),
    )


def _lifecycle(files: Mapping[str, str], documents: list[Document], book: Book) -> Sheet | None:
    if LIFECYCLE not in files:
        book.problems.append(found(Spot(LIFECYCLE), "lifecycle-missing"))
    for document in documents:
        if document.file == LIFECYCLE:
            return _compiled_lifecycle(document, book)
    return None


def _is_hours(document: Document) -> bool:
    """Flows may be kept in a file of that name too."""
    return document.file == HOURS and not (isinstance(document.data, dict) and "flow" in document.data)


def _hours(documents: list[Document], book: Book) -> Hours:
    """What hours.yaml says; without it, or where it cannot be read, it is always open."""
    document = next((each for each in documents if _is_hours(each)), None)
    problems = [problem for _, problem in shape.misshapen(document, "hours.schema.json")] if document else []
    book.problems += problems
    return always() if document is None or problems else build_hours.hours(Desk(book, document))


def _compiled_lifecycle(document: Document, book: Book) -> Sheet | None:
    problems = [problem for _, problem in shape.misshapen(document, "lifecycle.schema.json")]
    if problems:
        book.problems += problems
        return None
    desk = Desk(Book(known=book.known), document)
    compiled = build_lifecycle.lifecycle(desk), build_lifecycle.person(desk), build_lifecycle.consent(desk)
    check_lifecycle.check(desk, compiled[0])
    book.problems += desk.book.problems
    return compiled
