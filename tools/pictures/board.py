"""The supervisors' board on an ordinary morning: who is there, what each has, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.pictures.camera import take
from tools.pictures.instance import URL, until, whatsapp

if TYPE_CHECKING:
    from playwright.sync_api import Page

ASKING = ("Rina Wati", "Joko Susilo", "Maya Sari", "Hendra Wijaya", "Putri Ayu", "Fajar Nugroho", "Lina Marlina")


def asked(desk: Page, method: str, path: str, body: Any = None) -> Any:
    """The page's own session asks; what comes."""
    csrf = desk.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = desk.request.fetch(f"{URL}{path}", method=method, data=body, headers={"X-CSRFToken": csrf})
    if not answer.ok:
        raise SystemExit(f"{method} {path}: {answer.status} {answer.text()}")
    return answer.json()


def board(desk: Page) -> None:
    """Seven people ask for somebody; one of the two agents is away, and one chat was given back."""
    for number, name in enumerate(ASKING):
        whatsapp(f"62815000000{number}", name, "halo", "cs")
    found = "/api/conversations?view=all&limit=50"
    with_people = until(lambda: _with_people(asked(desk, "GET", found), len(ASKING)), "seven who ask for a person")
    budi = next(each for each in asked(desk, "GET", "/api/agents")["agents"] if each["name"].startswith("Budi"))
    for each in with_people[:2]:
        asked(desk, "POST", f"/api/conversations/{each['id']}/assign", {"agent": budi["id"]})
    asked(desk, "PUT", f"/api/people/{budi['id']}/presence", {"presence": "away"})
    asked(desk, "POST", f"/api/conversations/{with_people[-1]['id']}/give-back")
    desk.goto("/board")
    desk.locator(".talk").nth(len(ASKING) - 1).wait_for()
    desk.get_by_role("img", name="Tersambung langsung").wait_for()
    take(desk, "board.png")


def _with_people(told: Any, count: int) -> list[Any]:
    """All of them, once they are there."""
    found = [each for each in told["items"] if each["mode"] == "AGENT" and each["contact"]["name"] in ASKING]
    return found if len(found) == count else []
