"""Every kind of message, in and out, through each of the four providers: a real server, the box, an agent's browser.

Each cell is driven for itself; what a provider cannot do must be refused in words or shown as a placeholder. The table
in docs/channels.md is made of the same lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select

from roms import queue
from roms.channels.fake import samples
from roms.config import ROOT
from roms.db import db
from roms.models import Conversation
from tests.driven import PROVIDERS, Entry, World, driven

__all__ = ["driven"]
Cell = Callable[[World, str], str]  # drives it, and says what was seen: "yes", "no", or in a word how
HEADER = "<!-- driven: tests/journeys/test_every_kind.py -->"


def came(kind: str, shown: str, details: Mapping[str, Any] | None = None, **wanted: Any) -> Cell:
    """They do this, and the agent's browser shows it so; `first` in `details` means their first message."""

    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        given = {key: talk.first if value == "first" else value for key, value in (details or {}).items()}
        talk.does(kind, **given)
        entry = talk.last
        assert entry["kind"] == shown, entry
        for key, value in wanted.items():
            assert entry[key] == value, entry
        return "yes"

    return drive


def file_came(kind: str, shown: str, type_: str, caption: str = "") -> Cell:
    """The file is fetched from the provider, and opens in the browser as what it is."""

    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        talk.does(kind, **({"caption": caption} if caption else {}))
        assert talk.last["content"]["state"] in ("waiting", "ready")
        world.work(queue.FILES)
        content = talk.until(lambda entry: entry["content"]["state"] == "ready")["content"]
        answer = world.agent.http.get(content["url"])
        assert (answer.status_code, answer.headers["content-type"], content["mime"]) == (200, type_, type_)
        assert (talk.last["kind"], content.get("caption", "")) == (shown, caption)
        return "yes"

    return drive


def changed(kind: str, details: Mapping[str, Any], good: Callable[[Entry], Any]) -> Cell:
    """Their first message is changed by this."""

    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        if kind == "unreaction":
            talk.does("reaction", target=talk.first, emoji="👍")
        talk.does("reaction" if kind == "unreaction" else kind, target=talk.first, **details)
        assert good(talk.entries[0]), talk.entries
        assert len(talk.entries) == 1
        return "yes"

    return drive


def silent(kind: str, details: Mapping[str, Any] | None = None) -> Cell:
    """The provider tells nobody of it: nothing changes, and nothing breaks."""

    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        before = talk.entries
        given = {key: talk.first if value == "first" else value for key, value in (details or {}).items()}
        talk.does(kind, **given)
        assert talk.entries == before
        return "no"

    return drive


def placeholder(kind: str) -> Cell:
    """It is not understood, and seen all the same."""

    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        talk.does(kind)
        assert (talk.last["kind"], bool(talk.last["text"])) == ("unsupported", True), talk.last
        return "placeholder"

    return drive


def own_message(world: World, provider: str) -> str:
    talk = world.somebody(provider)
    talk.does("text", text="dari hp toko", by_business=True)
    entry = talk.last
    assert (entry["direction"], entry["sender"], entry["text"]) == ("out", "agent", "dari hp toko"), entry
    return "yes"


def group_message(world: World, provider: str) -> str:
    talk = world.somebody(provider)
    group = f"1203630{talk.number}"
    talk.does("text", text="halo semua", group=group)
    db.session.rollback()
    thread = select(Conversation).where(Conversation.address.contains(group))
    row = db.session.scalars(thread.where(Conversation.channel_id == world.channels[provider])).one()
    (entry,) = world.agent.http.get(f"/api/conversations/{row.public_id}").json()["entries"]
    assert (entry["text"], entry["author"]["name"]) == ("halo semua", "Siti Rahma"), entry
    return "yes"


def without_a_number(world: World, provider: str) -> str:
    talk = world.somebody(provider, hidden=True)
    assert talk.contact.phone is None
    assert talk.sends(text="halo juga")["text"] == "halo juga"
    return "yes"


def new_number(world: World, provider: str) -> str:
    talk = world.somebody(provider)
    talk.does("number_changed", number=str(int(talk.number) + 500_000))
    assert talk.contact.phone == f"+{talk.person.number}"
    assert talk.sends(text="halo lagi")["text"] == "halo lagi"
    return "yes"


TAP = {"target": "first", "id": "A", "title": "Mau"}
IN: Mapping[str, Cell] = {
    "text": came("text", "text", {"text": "apa kabar"}, text="apa kabar"),
    "picture": file_came("image", "image", "image/jpeg", "Bukti"),
    "video": file_came("video", "video", "video/mp4", "Rusak"),
    "voice message": file_came("voice", "audio", "audio/ogg"),
    "document": file_came("document", "document", "application/pdf"),
    "sticker": file_came("sticker", "sticker", "image/webp"),
    "location": came("location", "location"),
    "contact card": came("contact", "contact"),
    "reaction": changed("reaction", {"emoji": "👍"}, lambda entry: entry["reactions"][0]["emoji"] == "👍"),
    "reaction taken away": changed("unreaction", {"emoji": ""}, lambda entry: entry["reactions"] == []),
    "quoted reply": came("text", "text", {"text": "itu", "quotes": "first"},
                         quoted={"seq": 1, "text": "halo", "sender": "contact"}),
    "button tapped": came("tap", "text", TAP | {"how": "button"}, text="Mau"),
    "list row tapped": came("tap", "text", TAP | {"how": "list"}, text="Mau"),
    "template button tapped": came("tap", "text", TAP | {"how": "template"}, text="Mau"),
    "order": came("order", "order"),
    "edit": changed("edit", {"text": "baru"}, lambda entry: entry["edited"] and entry["text"] == "baru"),
    "deletion": changed("delete", {}, lambda entry: entry["deleted"] and entry["text"] == ""),
    "forwarded": came("text", "text", {"text": "promo", "forwarded": True}, forwarded=True),
    "forwarded often": came("text", "text", {"text": "promo", "forwarded": "often"}, forwarded="often"),
    "group message": group_message,
    "our own from the paired phone": own_message,
    "unsupported": placeholder("unsupported"),
    "person without a number": without_a_number,
    "new number": new_number,
}  # fmt: skip
NOT_IN: Mapping[tuple[str, str], Cell] = {
    ("twilio", "reaction"): silent("reaction", {"target": "first", "emoji": "👍"}),
    ("twilio", "reaction taken away"): silent("reaction", {"target": "first", "emoji": ""}),
    ("twilio", "order"): silent("order"),
    ("twilio", "edit"): silent("edit", {"target": "first", "text": "baru"}),
    ("twilio", "deletion"): silent("delete", {"target": "first"}),
    ("twilio", "group message"): silent("text", {"text": "halo semua", "group": True}),
    ("twilio", "our own from the paired phone"): silent("text", {"text": "dari hp", "by_business": True}),
    ("twilio", "unsupported"): silent("unsupported"),
    ("twilio", "new number"): silent("number_changed"),
    ("whapi", "new number"): silent("number_changed"),
    ("waha", "new number"): silent("number_changed"),
    ("waha", "order"): placeholder("order"),
}


def said(taken_kind: str, good: Callable[[dict[str, Any]], Any] = bool, **body: Any) -> Cell:
    """An agent sends it, the box has it, and the ticks come back."""

    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        given = {key: talk.messages[0].seq if value == "first" else value for key, value in body.items()}
        taken = talk.sends(**given)
        as_ = "text" if (provider, taken_kind) == ("twilio", "contact") else taken_kind
        assert taken["kind"] == as_, taken
        assert good(taken | {"first": talk.first}), taken
        talk.ticks()
        return "yes" if as_ == taken_kind else "as text"

    return drive


def file_said(kind: str, name: str, caption: str = "", voice: bool = False) -> Cell:
    def drive(world: World, provider: str) -> str:
        talk, file = world.somebody(provider), samples.sample("voice" if voice else kind)
        taken = talk.sends(file=talk.uploads(name, file.data, file.type, voice), text=caption)
        talk.ticks()
        kept = world.box.phones.file_of(taken["id"])
        assert kept is not None, taken
        assert kept.data
        if kind != "image":  # which is drawn anew
            assert kept.data == file.data
        assert caption in taken["text"]
        heard = taken["kind"] == "voice" or taken["content"].get("voice") is True
        assert heard or not voice or taken["kind"] == "document", taken
        return "yes" if taken["kind"] in (kind, "voice") else f"as {taken['kind']}"

    return drive


def choices(word: str, form: str) -> Cell:
    """The bot asks: buttons or a list where the provider is trusted with them, else the answers numbered."""

    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider, opens=False)
        talk.does("text", text=word)
        taken = talk.handed_over()
        if provider == "meta":
            assert taken["content"]["type"] == form, taken
        else:
            assert (taken["kind"], "1" in taken["text"], "2" in taken["text"]) == ("text", True, True), taken
        talk.ticks()
        return "yes" if provider == "meta" else "numbered"

    return drive


def template(name: str, parameters: Mapping[str, Any], file: str = "") -> Cell:
    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        listed = world.agent.http.get(f"{talk.path}/templates").json()["templates"]
        if provider in ("whapi", "waha"):
            answer = talk.asks("messages", seen=0, template={"id": 1, "parameters": {}})
            assert (listed, answer.status_code, answer.json()["error"]["data"]["field"]) == ([], 422, "template"), (
                answer.text
            )
            return "refused"
        (row,) = [each for each in listed if each["name"] == name]
        filled = dict(parameters)
        if file and any(each["where"] == "header" for each in row["parameters"]):
            sample = samples.sample("image")
            filled["header"] = {"type": "image", "file": talk.uploads("a.jpg", sample.data, sample.type)}
        if not any(each["where"] == "button" for each in row["parameters"]):
            filled.pop("buttons", None)
        taken = talk.sends(template={"id": row["id"], "parameters": filled})
        assert (taken["kind"], taken["content"]["name"]) == ("template", name), taken
        assert set(taken["content"]["parameters"].values()) >= {"Siti"}
        talk.ticks()
        return "yes"

    return drive


def flows_template(world: World, provider: str) -> str:
    talk = world.somebody(provider, opens=False)
    talk.does("text", text="templat")
    taken = talk.handed_over()
    wanted = "template" if provider in ("meta", "twilio") else "text"
    assert (taken["kind"], "Siti" in taken["text"]) == (wanted, True), taken
    return "yes" if wanted == "template" else "as text"


def flows_sticker(world: World, provider: str) -> str:
    talk = world.somebody(provider, opens=False)
    talk.does("text", text="stiker")
    taken = talk.handed_over()
    talk.ticks()
    kept = world.box.phones.file_of(taken["id"])
    assert kept is not None
    assert kept.data == samples.sample("sticker").data
    return "yes" if taken["kind"] == "sticker" else f"as {taken['kind']}"


def sign(emoji: str) -> Cell:
    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        seq = talk.messages[0].seq
        answer = talk.asks("reactions", seq=seq, emoji="👍")
        if provider == "twilio":
            assert (answer.status_code, answer.json()["error"]["data"]["field"]) == (422, "emoji")
            return "refused"
        talk.handed_over()
        if not emoji:
            assert talk.asks("reactions", seq=seq, emoji="").status_code == 201
            talk.handed_over()
        taken = talk.handed_over()
        assert (taken["kind"], taken["content"]["target"], taken["text"]) == ("reaction", talk.first, emoji), taken
        assert world.box.phones.line(talk.first).reactions == ({"us": emoji} if emoji else {})
        assert [each["emoji"] for each in talk.entries[0]["reactions"]] == ([emoji] if emoji else [])
        return "yes"

    return drive


def quote(world: World, provider: str) -> str:
    talk = world.somebody(provider)
    if provider == "twilio":
        answer = talk.asks("messages", seen=0, text="ya", quote=1)
        assert (answer.status_code, answer.json()["error"]["data"]["field"]) == (422, "quote")
        return "refused"
    taken = talk.sends(text="ya, ada", quote=talk.messages[0].seq)
    assert (taken["quotes"], talk.ticks()["quoted"]["text"]) == (talk.first, "halo")
    return "yes"


def shown(what: str, path: str, **body: Any) -> Cell:
    def drive(world: World, provider: str) -> str:
        talk = world.somebody(provider)
        assert talk.asks(path, **body).status_code == 204
        world.work(queue.FILES)
        seen = [each["what"] for each in world.box.signals if each["person"] == talk.person.key]
        if provider == "twilio" and what == "read":
            assert seen in ([], ["read", "typing"])
            return "no" if not seen else "with typing"
        assert what in seen, seen
        return "yes"

    return drive


OUT: Mapping[str, Cell] = {
    "text": said("text", lambda taken: taken["text"] == "baik", text="baik"),
    "buttons": choices("tombol", "button"),
    "list": choices("daftar", "list"),
    "picture": file_said("image", "foto.jpg", "Resi"),
    "video": file_said("video", "video.mp4", "Lihat"),
    "sound": file_said("audio", "lagu.mp3"),
    "voice message": file_said("audio", "suara.ogg", voice=True),
    "document": file_said("document", "nota.pdf", "Nota"),
    "sticker said by a flow": flows_sticker,
    "location": said("location", lambda taken: taken["content"]["latitude"] == -6.2,
                     location={"latitude": -6.2, "longitude": 106.8, "name": "Toko"}),
    "contact card": said("contact", lambda taken: "6281234567890" in taken["text"].replace("-", "").replace(" ", ""),
                         contact={"name": "Gudang", "phone": "+6281234567890"}),
    "template": template("konfirmasi_pengiriman", {"body": ["Siti", "INV-7"]}),
    "template with picture and button": template(
        "promo_akhir_tahun", {"body": ["Siti"], "buttons": [{"index": 1, "value": "a7"}]}, "image"),
    "template said by a flow": flows_template,
    "reaction": sign("👍"),
    "reaction taken away": sign(""),
    "quoted reply": quote,
    "read mark": shown("read", "read", seq=1),
    "typing": shown("typing", "typing", on=True),
}  # fmt: skip


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", IN)
def test_in(driven: World, provider: str, kind: str) -> None:
    cell = NOT_IN.get((provider, kind), IN[kind])
    assert cell(driven, provider) == SEEN["in", kind][PROVIDERS.index(provider)]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", OUT)
def test_out(driven: World, provider: str, kind: str) -> None:
    assert OUT[kind](driven, provider) == SEEN["out", kind][PROVIDERS.index(provider)]


SEEN: Mapping[tuple[str, str], list[str]] = {
    (line[0], line[1]): line[2:]
    for line in (
        [word.strip() for word in row.strip("|").split("|")]
        for row in (ROOT / "docs" / "channels.md").read_text().partition(HEADER)[2].splitlines()
        if row.startswith(("| in ", "| out "))
    )
}


def test_the_table_names_every_kind_that_is_driven() -> None:
    assert list(SEEN) == [("in", kind) for kind in IN] + [("out", kind) for kind in OUT]
