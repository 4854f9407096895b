"""Media files and buttons, looked at from above: what lies there for nobody, and what starts nothing."""

from __future__ import annotations

from roms.engine.book import Book
from roms.engine.media import EXTENSIONS, NAME, of_name
from roms.engine.problems import Spot
from roms.engine.words import words_of


def files(book: Book) -> None:
    """Every file of the release is what its name says."""
    for name, file in book.media.items():
        if not NAME.fullmatch(name):
            book.add(Spot(name), "media-name", word=name[:100])
        elif not file.type:
            book.add(Spot(name), "media-unknown", kinds=", ".join(EXTENSIONS))
        elif of_name(name) != file.type:
            book.add(Spot(name), "media-extension", word=file.type)


def used(book: Book) -> None:
    """Nothing lies in `media/` that no flow says."""
    for name in sorted(set(book.media) - book.shown):
        book.warn(Spot(name), "media-unused")


def buttons(book: Book) -> None:
    """A tap starts a flow, and so does typing what the button says: not every channel has buttons."""
    for button in book.buttons:
        flows = {said.flow for said in book.said if said.kind == "payload" and said.phrase == (button.payload,)}
        if not flows:
            known = [said.phrase[0] for said in book.said if said.kind == "payload"]
            book.warn(button.spot, "button-payload", word=button.payload, known=known)
            continue
        typed = {said.phrase for said in book.said if said.kind == "keywords" and said.flow in flows}
        for template in button.label.templates:
            if not template.holes and tuple(words_of(template.source)) not in typed:
                book.warn(button.spot, "button-typed", word=template.source, other=min(flows))
                break
