"""Who we know, apart from what is being said: found, put right, joined and parted, taken in and out."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Tabs
from tests.browser.payloads import HOSTILE
from tests.browser.stage import Person, Stage
from tests.browser.standin import opened
from tests.browser.test_layout import spills

pytestmark = pytest.mark.browser

AT = "2026-11-21T02:00:00Z"
THREADS = [
    {"id": "abc", "channel": {"id": 1, "kind": "whapi", "name": "Toko WA"}, "mode": "BOT", "last_at": AT, "unread": 0},
    {"id": "def", "channel": {"id": 2, "kind": "webchat", "name": "Situs"}, "mode": "BOT", "last_at": AT, "unread": 0},
]
THREADS = [each | {"last": {"text": "halo", "at": AT, "sender": "contact"}, "created_at": AT} for each in THREADS]
LID = {"kind": "lid", "value": "100000000000001@lid"}
SAY = {"id": "Baris 3: ini bukan nomor telepon.", "en": "Line 3: this is no phone number."}
TRIED = {
    "created": 4,
    "updated": 1,
    "unchanged": 0,
    "bad": [{"line": 3, "field": "phone", "say": SAY}],
    "bad_count": 1,
    "ignored": ["kota"],
}


def person(id_: int, name: str, phone: str | None = None, **more: Any) -> dict[str, Any]:
    text = f"+62 {phone[3:6]}-{phone[6:10]}-{phone[10:]}" if phone else None
    names = [{"kind": "phone", "value": phone}] if phone else [LID]
    told = {"id": id_, "name": name, "phone": phone, "phone_text": text, "language": "id", "attributes": {}}
    told |= {"named_by": None, "opted_out_at": None, "created_at": AT, "channels": ["whapi"], "identities": names}
    told |= {"labels": []}
    return told | {"conversations": THREADS, "merges": []} | more


class People:
    """The contacts' part of the server, as its documents tell it."""

    def __init__(self, page: Page, *known: dict[str, Any]) -> None:
        self.known = {each["id"]: each for each in known}
        self.asked: list[tuple[str, str, Any]] = []
        self.pairs: list[dict[str, Any]] = []
        page.route(re.compile(r"/api/(contacts|merges)"), self._answer)

    def _answer(self, route: Route) -> None:
        request = route.request
        address = urlsplit(request.url)
        said = request.post_data if request.method != "GET" else parse_qs(address.query)
        self.asked.append((request.method, address.path + ("?" + address.query if address.query else ""), said))
        parts = address.path.split("/")[3:]
        if address.path == "/api/contacts":
            found = parse_qs(address.query).get("q", [""])[0].lower()
            items = [each for each in self.known.values() if found in each["name"].lower()]
            return route.fulfill(json={"items": items, "next": None})
        if address.path.startswith("/api/merges"):
            return route.fulfill(json=self._parted(int(parts[0])))
        if parts[0] == "suggestions":
            return route.fulfill(json={"items": self.pairs})
        if parts[0] == "import":
            return route.fulfill(json=TRIED)
        held = self.known[int(parts[0])]
        if request.method == "PATCH":
            held |= json.loads(request.post_data or "{}")
            held["attributes"] = {key: value for key, value in held["attributes"].items() if value}
        if parts[1:] == ["merge"]:
            return route.fulfill(json={"merge": 9, "contact": held})
        return route.fulfill(json=held)

    def _parted(self, merge: int) -> dict[str, Any]:
        """As the server undoes a merge: nobody bears it any more."""
        for held in self.known.values():
            held["merges"] = [each for each in held["merges"] if each["id"] != merge]
        return {}

    def bodies(self, method: str, path: str) -> list[Any]:
        return [said for how, asked, said in self.asked if (how, asked) == (method, path)]


def page_of(tab: Tabs, who: Person, *known: dict[str, Any], path: str = "", **options: Any) -> tuple[Page, People]:
    page = tab("", who, **options)
    people = People(page, *known)
    page.goto(f"/inbox/contacts{path}")
    expect(page.get_by_role("region", name="Kontak", exact=True)).to_be_attached()
    return page, people


def test_a_contact_is_found_opened_and_put_right(tab: Tabs, stage: Stage) -> None:
    known = person(1, "Siti Aminah", "+6281234567890", attributes={"kota": "Bandung", "ukuran": "L"})
    page, people = page_of(tab, stage.people["ani"], known, person(2, "Budi Raharjo"))
    expect(page.locator(".person-row")).to_have_count(2)
    page.get_by_role("searchbox", name="Cari kontak").fill("siti")
    expect(page.locator(".person-row")).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Siti Aminah")).click()
    expect(page.get_by_role("heading", name="Siti Aminah")).to_be_visible()
    expect(page.get_by_role("list", name="Dikenal sebagai")).to_contain_text("+62 812-3456-7890")
    expect(page.get_by_role("link", name=re.compile("^Situs"))).to_have_attribute("href", "/inbox/def")
    page.get_by_role("button", name="Ubah nama").click()
    page.get_by_label("Nama", exact=True).fill("Siti A.")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_role("heading", name="Siti A.")).to_be_visible()
    page.get_by_role("button", name="Ubah", exact=True).click()
    page.get_by_label("Isi catatan 1").fill("Jakarta")
    page.get_by_role("button", name="Buang ukuran").click()
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("Jakarta")).to_be_visible()
    changes = [json.loads(body) for body in people.bodies("PATCH", "/api/contacts/1")]
    assert changes == [{"name": "Siti A."}, {"attributes": {"kota": "Jakarta", "ukuran": None}}]


def test_somebody_without_a_number_is_never_shown_as_one_and_a_deletion_is_told(tab: Tabs, stage: Stage) -> None:
    gone = [THREADS[0] | {"last": {"text": "", "at": AT, "sender": "contact"}}]
    page, _people = page_of(tab, stage.people["ani"], person(2, "", conversations=gone), path="/2")
    expect(page.get_by_role("link", name=re.compile("^Toko WA"))).to_contain_text("Pesan ini dihapus")
    expect(page.get_by_role("heading", name="Tanpa nomor")).to_be_visible()
    names = page.get_by_role("list", name="Dikenal sebagai")
    expect(names).to_contain_text("Tanpa nomor")
    expect(names).to_contain_text("ID tersembunyi WhatsApp (bukan nomor)")
    assert page.locator("a[href^='tel:']").count() == 0


def test_a_merge_says_what_moves_and_can_be_taken_back(tab: Tabs, stage: Stage) -> None:
    one, two = person(1, "Siti Aminah", "+6281234567890"), person(2, "Siti")
    page, people = page_of(tab, stage.admin, one, two, path="/1")
    people.pairs.append({"contact": one, "with": two, "reason": "name", "say": {"id": "Namanya sama.", "en": "x"}})
    page.reload()
    suggested = page.get_by_role("list", name="Mungkin orang yang sama")
    expect(suggested).to_contain_text("Namanya sama.")
    suggested.get_by_role("button", name="Gabungkan").click()
    moving = suggested.get_by_role("group", name="Gabungkan")
    expect(moving).to_contain_text("100000000000001@lid")
    expect(moving).to_contain_text("2 percakapan")
    assert people.bodies("POST", "/api/contacts/1/merge") == []
    moving.get_by_role("button", name="Ya, gabungkan").click()
    page.get_by_role("button", name="Urungkan").click()
    expect(page.locator(".toast")).to_have_text("Dipisahkan lagi")
    assert json.loads(people.bodies("POST", "/api/contacts/1/merge")[0]) == {"with": 2}
    assert len(people.bodies("POST", "/api/merges/9/undo")) == 1


def test_u23_a_contact_is_removed_by_typing_its_name(tab: Tabs, stage: Stage) -> None:
    admin, name = stage.admin, "Salah Impor"
    file = f"name,phone\n{name},+6285700000901\n"
    admin.http.post("/api/contacts/import", content=file, headers=admin.csrf).raise_for_status()
    (made,) = admin.get(f"/api/contacts?q={name}")["items"]
    page = tab(f"/inbox/contacts/{made['id']}", admin)
    page.get_by_role("button", name="Hapus kontak").click()
    asked = page.get_by_role("dialog")
    yes, typed = asked.get_by_role("button", name="Hapus kontak"), asked.get_by_label("Nama kontak")
    expect(yes).to_be_disabled()
    typed.fill("Salah")
    expect(yes).to_be_disabled()
    typed.fill(name)
    yes.click()
    expect(page.locator(".toast")).to_contain_text(f"{name} dihapus")
    expect(page.locator(".person-row").filter(has_text=name)).to_have_count(0)
    assert admin.get(f"/api/contacts?q={name}")["items"] == []


def test_what_was_merged_earlier_can_be_separated(tab: Tabs, stage: Stage) -> None:
    merge = {"id": 5, "contact": 3, "name": "Lama", "phone": None, "reason": "person", "by": 1, "at": AT}
    page, people = page_of(tab, stage.admin, person(1, "Siti", "+6281234567890", merges=[merge]), path="/1")
    joined = page.get_by_role("listitem").filter(has_text="Lama")
    expect(joined).to_be_visible()
    joined.get_by_role("button", name="Pisahkan").click()
    expect(page.locator(".toast")).to_have_text("Dipisahkan lagi")
    expect(joined).to_have_count(0)
    expect(page.get_by_role("button", name="Pisahkan")).to_have_count(0)
    assert len(people.bodies("POST", "/api/merges/5/undo")) == 1


def test_a_file_is_tried_line_by_line_before_it_is_taken_in(tab: Tabs, stage: Stage) -> None:
    page, people = page_of(tab, stage.admin, person(1, "Siti"))
    page.get_by_role("button", name="Impor").click()
    expect(page.get_by_role("button", name="Impor sekarang")).to_be_disabled()
    csv = {"name": "kontak.csv", "mimeType": "text/csv", "buffer": b"name,phone\nSiti,0812\n"}
    page.get_by_label("File kontak").set_input_files([csv])
    page.get_by_role("button", name="Coba dulu").click()
    expect(page.get_by_text("Baris 3: ini bukan nomor telepon.")).to_be_visible()
    expect(page.get_by_text("Baru: 4. Diubah: 1. Tetap: 0. Ditolak: 1.")).to_be_visible()
    expect(page.get_by_text("kolom ini tidak dikenal: kota. Agar disimpan, beri nama attribute:kota.")).to_be_visible()
    page.get_by_role("button", name="Impor sekarang").click()
    expect(page.get_by_text("Selesai. Baru: 4.")).to_be_visible()
    posted = [path for method, path, _said in people.asked if method == "POST"]
    wanted = "/api/contacts/import?format=csv&dry_run={}&skip_bad=1"
    assert posted == [wanted.format(1), wanted.format(0)]


def test_only_admins_take_contacts_in_and_out(tab: Tabs, stage: Stage) -> None:
    page, _people = page_of(tab, stage.people["ani"], person(1, "Siti"), path="/1")
    expect(page.get_by_role("heading", name="Siti")).to_be_visible()
    expect(page.get_by_role("button", name="Impor")).to_have_count(0)
    expect(page.get_by_text("Ekspor")).to_have_count(0)
    expect(page.get_by_role("button", name="Gabungkan")).to_have_count(0)
    page, _people = page_of(tab, stage.admin, person(1, "Siti"))
    page.get_by_text("Ekspor").click()
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", "/api/contacts/export?format=csv")


def test_the_conversation_shows_the_person_and_their_other_conversations(tab: Tabs, stage: Stage) -> None:
    conversation = stage.whatsapp(stage.number(), "halo", name="Punya dua")
    contact = stage.admin.get(f"/api/conversations/{conversation}")["conversation"]["contact"]["id"]
    own = [THREADS[0] | {"id": conversation}, THREADS[1]]
    known = person(contact, "Punya dua", "+6281234567890", conversations=own, attributes={"kota": "Solo"})
    answers = {("GET", f"/api/contacts/{contact}"): known}
    inbox, _standin = opened(tab, stage.people["ani"], conversation, answers=answers)
    expect(inbox.contact).to_contain_text("Solo")
    others = inbox.contact.get_by_role("link", name=re.compile("^Situs"))
    expect(others).to_have_attribute("href", "/inbox/def")
    expect(inbox.contact.get_by_role("link", name=re.compile("^Toko WA"))).to_have_count(0)


@pytest.mark.parametrize("width", [320, 390, 1024])
def test_nothing_sticks_out_at_any_width(tab: Tabs, stage: Stage, width: int) -> None:
    size = {"viewport": {"width": width, "height": 780}}
    long = person(1, "Nama" * 30, "+6281234567890", attributes={"catatan": "Panjang" * 40})
    page, _people = page_of(tab, stage.admin, long, person(2, ""), **size)
    assert spills(page)[0] == 0
    page.get_by_role("button", name="Impor").click()
    assert spills(page)[0] == 0
    page.get_by_role("link", name=re.compile("^NamaNama")).click()
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    assert spills(page)[0] == 0


def test_names_and_attributes_are_letters(tab: Tabs, stage: Stage) -> None:
    known = [person(at, text, attributes={text: text}) for at, text in enumerate(HOSTILE, 1)]
    page, _people = page_of(tab, stage.people["ani"], *known, path="/3")
    expect(page.locator(".person-row")).to_have_count(len(HOSTILE))
    expect(page.get_by_role("heading", level=2)).to_have_text(HOSTILE[2])
    made = page.locator(".person-said b, .pairs dt, .pairs dd, .person-head h2")
    assert made.evaluate_all("(all) => all.flatMap((one) => [...one.children]).length") == 0


def test_an_agent_writes_first_to_somebody_who_never_wrote(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    line = {"name": "Rini Baru", "phone": f"+{number}"}
    data, csrf = f"name;phone\n{line['name']};{line['phone']}\n", stage.admin.csrf
    stage.admin.http.post("/api/contacts/import", content=data, headers=csrf).raise_for_status()
    contact = stage.admin.get(f"/api/contacts?q={number}")["items"][0]["id"]
    page = tab(f"/inbox/contacts/{contact}", stage.people["ani"])
    page.get_by_role("button", name="Tulis pesan").click()
    ways = page.get_by_role("group", name="Tulis kepada Rini Baru lewat")
    expect(ways.get_by_text("Dimulai dengan templat").first).to_be_visible()
    ways.get_by_role("button", name=re.compile("Meta|Cloud")).click()
    page.wait_for_url(re.compile(r"/inbox/(?!contacts)"))
    expect(page.get_by_text("Kontak ini belum pernah menulis di sini")).to_be_visible()
    expect(page.get_by_role("button", name="Pilih templat")).to_be_visible()
    assert stage.sent_to(number) == []
