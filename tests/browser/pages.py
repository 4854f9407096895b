"""The two screens by what a person sees on them."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect

DESKTOP = {"width": 1440, "height": 900}


class Inbox:
    """An agent's tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log")
        self.contact = page.get_by_role("complementary", name="Kontak")
        self.box = page.get_by_label("Balasan untuk kontak")
        self.live = page.get_by_role("img", name="Tersambung langsung")
        self.offline = page.locator(".notice[data-kind=offline]")

    def view(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("option").filter(has_text=name)

    def open(self, name: str) -> None:
        self.row(name).click()
        expect(self.page.get_by_role("heading", level=2, name=name).first).to_be_visible()

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def bubble(self, text: str) -> Locator:
        return self.log.get_by_role("article").filter(has_text=text)

    def act(self, name: str) -> None:
        """A button of the contact's pane, where all of them stand."""
        self.contact.get_by_role("button", name=name, exact=True).click()

    def acts(self) -> Locator:
        return self.contact.locator("button[data-verb]")

    def mode(self, name: str) -> None:
        """Wait until the open conversation is in this mode, in its head and in the contact's pane."""
        expect(self.page.locator(".chat-who .mode")).to_have_text(name)
        expect(self.contact.locator(".handling-mode .mode")).to_have_text(name)


class Chat:
    """The widget in a page, as its visitor uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frame: FrameLocator = page.frame_locator("roms-chat iframe")
        self.log = self.frame.get_by_role("log")
        self.box = self.frame.get_by_label("Tulis pesan")
        self.launcher = page.get_by_role("button", name="Buka obrolan")

    def open(self) -> Chat:
        self.launcher.click()
        expect(self.box).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def tap(self, label: str) -> None:
        """The option under the newest question."""
        self.log.get_by_role("button", name=label).locator("visible=true").last.click()

    def hears(self, text: str, times: int = 1) -> None:
        expect(self.log.locator(".bubble.them").filter(has_text=text)).to_have_count(times)
