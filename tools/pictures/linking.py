"""The page on which a phone is linked, in every state that a gateway can be in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.pictures.camera import Shot, sheet, shot, take
from tools.pictures.instance import box

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WINDOW = {"width": 760, "height": 1000}
CARD = ".linking"


def secure(desk: Page) -> None:
    """Give Whapi's webhook a secret, as the page asks for."""
    desk.goto("/inbox/channels")
    desk.locator("a.channel").filter(has_text="Whapi").click()
    desk.get_by_role("button", name="Buat yang baru").click()
    desk.get_by_text("Salin kuncinya sekarang").wait_for()
    desk.get_by_role("button", name="Sambungkan").click()
    desk.locator(".connect .note.good").wait_for()


def linking(browser: Browser, desk: Page) -> None:
    """All accounts, one whose code waits to be scanned, and a sheet of all states."""
    desk.goto("/inbox/channels")
    desk.locator("a.channel").first.wait_for()
    take(desk, "channels.png")
    desk.set_viewport_size(WINDOW)  # type: ignore[arg-type]
    shots = waha(desk) + whapi(desk)
    sheet(browser, shots, 3, "linking.png")


def open_account(desk: Page, name: str) -> None:
    """The page of one account."""
    desk.goto("/inbox/channels")
    desk.locator("a.channel").filter(has_text=name).click()
    desk.locator(CARD).wait_for()


def become(desk: Page, account: str, state: str, shown: str, has: str = "") -> None:
    """The gateway becomes so, and the page shows it by itself."""
    box("/_gateway", account=account, state=state)
    showing(desk, shown, has)


def showing(desk: Page, state: str, has: str = "") -> None:
    """Wait until the page shows this state, with these words."""
    card = desk.locator(f"{CARD}[data-state={state}]")
    card.wait_for()
    if has:
        card.get_by_text(has).first.wait_for()


def coded(desk: Page) -> None:
    """Wait for the code to scan."""
    desk.locator(f"{CARD} .qr img:not([data-stale=true])").wait_for()


def waha(desk: Page) -> list[Shot]:
    """Linked, stopped, starting, to be scanned, a code to type, passkeys, failed before and after the restart."""
    open_account(desk, "WAHA")
    shots = []

    def add(title: str) -> None:
        desk.wait_for_timeout(300)
        shots.append(shot(desk, CARD, f"WAHA: {title}"))

    become(desk, "waha", "stopped", "stopped")
    add("STOPPED")
    box("/_faults", account="waha", on="webhook", delay_ms=3000, times=2)  # the page looks every two seconds
    become(desk, "waha", "scan", "starting")
    add("STARTING")
    showing(desk, "needs_scan")
    coded(desk)
    add("SCAN_QR_CODE")
    desk.get_by_text("Tautkan dengan kode saja").click()
    desk.get_by_label("Nomor ponsel ini").fill("0812 3456 7890")
    desk.get_by_role("button", name="Minta kode").click()
    desk.locator(f"{CARD} .code").wait_for()
    add("kode pengganti QR")
    become(desk, "waha", "passkey", "needs_person")
    add("PASSKEY_REQUIRED")
    become(desk, "waha", "passkey_confirm", "needs_person")
    add("PASSKEY_CONFIRMATION_REQUIRED")
    box("/_faults", account="waha", on="other", delay_ms=3000, times=0)  # it takes its time to be restarted
    become(desk, "waha", "failed", "failed")
    add("FAILED, sebelum dimulai ulang")
    box("/_calm")
    showing(desk, "needs_scan")
    become(desk, "waha", "failed", "failed", "gagal lagi")
    add("FAILED, setelah dimulai ulang")
    become(desk, "waha", "working", "connected")
    add("WORKING")
    return shots


def whapi(desk: Page) -> list[Shot]:
    """Linked, stopped, and the number gone: among all accounts, and on its own page."""
    open_account(desk, "Whapi")
    shots = [shot(desk, CARD, "Whapi: AUTH")]
    become(desk, "whapi", "stopped", "stopped")
    shots.append(shot(desk, CARD, "Whapi: STOP"))
    become(desk, "whapi", "scan", "needs_scan", "nomornya keluar")
    coded(desk)
    shots.append(shot(desk, CARD, "Whapi: QR"))
    desk.goto("/inbox/channels")
    desk.get_by_role("alert").filter(has_text="nomornya keluar").wait_for()
    shots.append(shot(desk, "main > .note", "Whapi: QR, di daftar saluran"))
    return shots
