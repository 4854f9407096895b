"""The other pages of a trial: the start page and its doors, signing in, the docs and the fake phone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Tabs
from tests.browser.stage import Person, Stage

pytestmark = pytest.mark.browser

DOORS = ("Toko contoh", "Kotak masuk", "Telepon tiruan", "Dokumentasi")


@pytest.fixture
def patience(stage: Stage) -> Iterator[None]:
    """Failed sign-ins are forgotten afterwards."""
    stage.forget_tries()
    yield
    stage.forget_tries()


def sign_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("Nama masuk").fill(login)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()


@pytest.mark.parametrize("door", DOORS)
def test_every_door_of_the_start_page_leads_somewhere(tab: Tabs, door: str) -> None:
    page = tab("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bot menjawab, orang mengambil alih.")
    page.get_by_role("link", name=door).click()
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page).not_to_have_title("ROMS: mulai dari sini")
    assert "404" not in page.title()


def test_the_start_page_and_the_inbox_say_in_red_that_the_webhook_is_open(tab: Tabs, stage: Stage) -> None:
    expect(tab("/").get_by_role("region", name="Peringatan")).to_be_visible()
    notice = tab.inbox(stage.people["ani"]).page.locator(".notice[data-kind=warning]")
    expect(notice).to_be_visible()
    red, green, blue = notice.evaluate("(node) => getComputedStyle(node).backgroundColor.match(/\\d+/g).map(Number)")[
        :3
    ]
    assert red > green + 60
    assert red > blue + 60


def test_an_agent_signs_in_and_out_and_comes_where_they_wanted(tab: Tabs, stage: Stage, patience: None) -> None:
    conversation = stage.whatsapp(stage.number(), "halo", name="Lewat tautan")
    page = tab(f"/inbox/{conversation}")
    ani = stage.people["ani"]
    sign_in(page, ani.login, ani.password)
    expect(page.get_by_role("heading", level=2, name="Lewat tautan").first).to_be_visible()
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_label("Nama masuk")).to_be_visible()


def test_what_is_asked_for_while_the_session_ends_is_given_up(tab: Tabs, stage: Stage) -> None:
    ani = stage.people["ani"]
    again = Person(ani.url, ani.name, ani.login, ani.password)  # a session that may end
    inbox = tab.inbox(again)
    again.http.close()
    asked: list[Route] = []

    def out(route: Route) -> None:
        """The session is over at the server, and only then does the list come to be asked for there."""
        answer = route.fetch()
        for one in asked:
            with contextlib.suppress(PlaywrightError):  # given up meanwhile, as it should be
                one.continue_()
        inbox.page.wait_for_timeout(300)
        route.fulfill(response=answer)

    inbox.page.route("**/api/conversations?*", lambda route: asked.append(route))
    inbox.page.route("**/logout", out)
    inbox.view("Semua")
    inbox.page.get_by_role("button", name="Menu", exact=True).click()
    inbox.page.get_by_role("button", name="Keluar").click()
    expect(inbox.page.get_by_label("Nama masuk")).to_be_visible()
    assert asked


def test_a_wrong_password_is_said_and_the_sixth_try_refused(tab: Tabs, patience: None) -> None:
    tab.expect("status of 401", "status of 429")
    page = tab("/login")
    for _ in range(5):
        sign_in(page, "budi", "bukan ini")
        expect(page.get_by_role("alert")).to_have_text("Nama masuk atau kata sandi tidak cocok.")
        expect(page.get_by_label("Nama masuk")).to_have_value("budi")
    sign_in(page, "budi", "bukan ini")
    expect(page.get_by_role("alert")).to_contain_text("Terlalu")


def test_the_docs_can_be_read_from_page_to_page(tab: Tabs) -> None:
    page = tab("/docs")
    links = page.get_by_role("navigation").get_by_role("link")
    for at in range(links.count()):
        links.nth(at).click()
        expect(page.get_by_role("article").get_by_role("heading", level=1)).to_be_visible()
        expect(links.nth(at)).to_have_attribute("aria-current", "page")


def test_what_is_typed_into_the_fake_phone_is_answered_there(tab: Tabs, stage: Stage) -> None:
    page = tab("/", url=stage.fake)
    page.get_by_placeholder("Nama").fill("Telepon Uji")
    page.locator("#add button").click()
    expect(page.get_by_role("heading", name="Telepon Uji")).to_be_visible()
    page.locator("#text").fill("halo")
    page.locator("#text").press("Enter")
    expect(page.locator("#lines")).to_contain_text("Ada yang bisa kami bantu?")
    inbox = tab.inbox(stage.people["ani"])
    inbox.view("Semua")
    inbox.open("Telepon Uji")
    expect(inbox.bubble("selamat datang di Toko Kita").locator(".tick")).to_have_text("Sudah dibaca")


@pytest.fixture
def admin(stage: Stage) -> Iterator[Person]:
    """Indonesian again afterwards: the instance is everybody's."""
    person = stage.people["admin"]
    yield person
    person.http.post("/api/me", json={"language": "id"}, headers=person.csrf).raise_for_status()


@pytest.mark.parametrize(("language", "heading"), [("id", "Kotak masuk"), ("en", "Inbox")])
def test_the_inbox_speaks_two_languages(tab: Tabs, admin: Person, language: str, heading: str) -> None:
    admin.http.post("/api/me", json={"language": language}, headers=admin.csrf).raise_for_status()
    page = tab("/inbox", admin)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_what_is_wrong_is_said_in_the_language_just_chosen(tab: Tabs, admin: Person) -> None:
    page = tab("/inbox", admin)
    expect(page.get_by_role("alert").filter(has_text="belum punya kunci rahasia")).to_be_visible()
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("alert").filter(has_text="has no secret")).to_be_visible(timeout=10_000)


def test_a_row_tells_which_of_our_numbers_was_written_to_and_what_was_taken_back(tab: Tabs, stage: Stage) -> None:
    phone = tab("/", url=stage.fake)
    phone.get_by_placeholder("Nama").fill("Dua Nomor")
    phone.locator("#add button").click()
    for account, text in (("Whapi", "halo"), ("Meta", "cs")):
        phone.locator("#accounts").get_by_text(account, exact=True).click()
        phone.locator("#text").fill(text)
        phone.locator("#text").press("Enter")
        expect(phone.locator("#lines").get_by_text(text, exact=True)).to_be_visible()
    inbox = tab.inbox(stage.admin)
    inbox.view("Semua")
    expect(inbox.row("Dua Nomor").get_by_text("WhatsApp (Whapi)")).to_be_visible()
    official = inbox.row("Dua Nomor").filter(has_text="WhatsApp (Meta)")
    expect(official.locator(".mode")).to_have_text("Agen")
    phone.locator("#text").fill("salah kirim")
    phone.locator("#text").press("Enter")
    expect(official).to_contain_text("salah kirim")
    phone.locator("#lines > *").filter(has_text="salah kirim").get_by_text("⋮").click()
    phone.get_by_role("menuitem", name="Hapus", exact=True).click()
    expect(official).to_contain_text("Pesan ini dihapus")


def test_the_shop_speaks_english_to_whoever_asks_for_it(tab: Tabs) -> None:
    page = tab("/shop", locale="en-GB")
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
