"""The web chat for its visitor: history, foreign pages, a bad line, who is typing, and a token that stays secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Chat, Inbox
from tests.browser.stage import Stage
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

CUT = (r"net::ERR_\w+", r"WebSocket connection to .* failed")
FOREIGN = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Warung</title>
<link rel="icon" href="data:,">
<style>button, textarea, div { display: none !important; color: red !important; }</style></head>
<body><h1>Warung sebelah</h1><script src="WIDGET/widget.js" async></script></body></html>"""


def handed_over(tab: Tabs, stage: Stage, name: str) -> tuple[Chat, Inbox]:
    """A visitor and the agent who got them, face to face."""
    shop = tab.shop()
    shop.say(name)
    shop.hears("Ada yang bisa kami bantu?")
    conversation = stage.newest()
    shop.say("agen")
    shop.hears("CS kami")
    return shop, tab.inbox(stage.assignee(conversation), conversation)


@pytest.fixture
def foreign_page(stage: Stage) -> Iterator[str]:
    """Somebody else's page, on another origin, with our one line and styles that would hide everything."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = FOREIGN.replace("WIDGET", stage.url).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_history_is_there_after_a_reload(tab: Tabs) -> None:
    shop = tab.shop()
    shop.say("halo")
    shop.hears("Ada yang bisa kami bantu?")
    shop.page.reload()
    expect(shop.box).to_be_visible()  # it was open and opens itself again
    shop.hears("Ada yang bisa kami bantu?")
    expect(shop.log.locator(".bubble.me")).to_have_count(1)


def test_one_line_is_enough_in_a_foreign_page(tab: Tabs, foreign_page: str) -> None:
    page = tab("/", url=foreign_page)
    shop = Chat(page).open()
    shop.say("halo")
    shop.hears("Ada yang bisa kami bantu?")
    shop.tap("Lokasi toko")
    shop.hears("Toko Kita, Jl.")
    names = "Object.keys(window).filter((name) => name.includes('oms'))"
    assert page.evaluate(names) == ["RomsChat"]
    shop.frame.get_by_role("button", name="Tutup obrolan").click()
    expect(shop.launcher).to_be_visible()
    expect(page.get_by_role("heading", name="Warung sebelah")).to_be_visible()


def test_a_visitor_without_a_line_is_told_and_what_was_written_goes_out_once(tab: Tabs, wire: Wire) -> None:
    tab.expect(*CUT)
    shop = tab.shop(url=wire.url)
    shop.say("halo")
    shop.hears("Ada yang bisa kami bantu?")
    wire.cut()
    shop.page.context.set_offline(True)
    shop.say("1")
    expect(shop.frame.get_by_text("pesan Anda akan terkirim saat Anda kembali online")).to_be_visible()
    expect(shop.log.locator(".bubble.me").last.get_by_role("img", name="Menunggu koneksi")).to_be_visible()
    wire.mend()
    shop.page.context.set_offline(False)
    shop.hears("Harga bulan ini")
    expect(shop.log.locator(".bubble.me")).to_have_count(2)
    expect(shop.frame.get_by_text("pesan Anda akan terkirim")).to_be_hidden()


def test_a_message_that_is_refused_can_be_tried_again(tab: Tabs) -> None:
    tab.expect("status of 400")
    shop = tab.shop()
    wrong = json.dumps({"error": {"code": "invalid", "message": "no", "data": {}}})

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=400, content_type="application/json", body=wrong)
        else:
            route.continue_()

    shop.page.route("**/widget/api/messages", refuse)
    shop.say("halo")
    alert = shop.log.get_by_role("alert")
    expect(alert).to_contain_text("Pesan ini tidak dapat diterima")
    shop.page.unroute_all()
    alert.get_by_role("button", name="Coba lagi").click()
    shop.hears("Ada yang bisa kami bantu?")
    expect(shop.log.locator(".bubble.me")).to_have_count(1)


def test_each_side_sees_the_other_typing(tab: Tabs, stage: Stage) -> None:
    shop, inbox = handed_over(tab, stage, "Ketikketik")
    shop.box.press_sequentially("sebent")
    expect(inbox.log.get_by_text("sedang mengetik…")).to_be_visible()
    shop.box.press("Enter")
    expect(inbox.log.get_by_text("sedang mengetik…")).to_be_hidden()
    inbox.box.press_sequentially("sudah dicek")
    expect(shop.frame.get_by_role("status").filter(has_text="Sedang mengetik…")).to_be_attached()
    inbox.box.press("Enter")
    shop.hears("sudah dicek")
    expect(shop.frame.get_by_role("status").filter(has_text="Sedang mengetik…")).not_to_be_attached()


def test_the_closed_widget_counts_what_was_not_read(tab: Tabs, stage: Stage) -> None:
    shop, inbox = handed_over(tab, stage, "Tertutup")
    shop.frame.get_by_role("button", name="Tutup obrolan").click()
    inbox.say("Masih di sana, Kak?")
    expect(shop.page.get_by_role("button", name="Buka obrolan, 1 pesan belum dibaca")).to_be_visible()
    expect(inbox.bubble("Masih di sana").locator(".tick")).to_have_text("Sampai di kontak")
    shop.page.get_by_role("button", name="Buka obrolan").click()
    expect(inbox.bubble("Masih di sana").locator(".tick")).to_have_text("Sudah dibaca")


def test_the_visitors_token_is_in_no_answer_to_an_agent(tab: Tabs, stage: Stage) -> None:
    shop, inbox = handed_over(tab, stage, "Rahasia")
    kept = shop.page.frames[1].evaluate("() => Object.values(localStorage).join(' ')")
    token = kept.split("id-")[1][:43]
    assert len(token) == 43
    conversation = inbox.page.url.rsplit("/", 1)[1]
    paths = ("", "/entries?after=0", "/entries?before=99")
    told = [stage.admin.http.get(f"/api/conversations/{conversation}{path}").text for path in paths]
    told += [stage.admin.http.get("/api/conversations?view=all").text, inbox.page.content()]
    assert all("Rahasia" in text for text in (told[0], told[1], told[-1]))
    assert not any(token in text for text in told)
