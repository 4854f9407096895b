"""The sample shop and its order system: asked under the name in the flows, found where the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import wait

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms import jobs
from roms.channels.fake import Box
from roms.db import db
from roms.models import HttpCall, Sender
from tests.cast import Cast, conversation, messages, say

SHOP = "https://orders.tokokita.example/api/orders"


@pytest.fixture
def box() -> Iterator[Box]:
    with Box() as fake:
        yield fake


@pytest.fixture
def settings(box: Box) -> dict[str, str]:
    return {"ROMS_HTTP_HOSTS": f"orders.tokokita.example={box.base_url}/_shop"}


@pytest.fixture(autouse=True)
def shop(cast: Cast) -> Cast:
    return cast


def said(direction: str = "out") -> list[str]:
    """What the bot wrote, to the contact or as a note."""
    return [each.text for each in messages() if (each.sender, each.direction) == (Sender.BOT, direction)]


def answers(client: FlaskClient, *words: str) -> list[str]:
    """What the bot says to the last of these, with what the order system says to it."""
    before = 0
    for text in words:
        before = len(said()) if text != words[0] else 0
        say(client, text)
        jobs.call_out()
        wait(jobs._calling)
    return said()[before:]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("ORD-12345", "sudah dikirim dengan JNE, nomor resi JNE7700112233."),
        ("ord-12346", "sudah dibayar dan sedang kami kemas."),
        ("ORD-12347", "sudah sampai "),
        ("ORD-12348", "menunggu pembayaran Rp120.000."),
        ("ORD-99999", "tidak ada di catatan kami."),
    ],
)
def test_the_status_of_an_order_is_told(client: FlaskClient, number: str, told: str) -> None:
    checking, status, *_ = answers(client, "cek pesanan", number, "ya")
    assert checking == f"Terima kasih. Kami cek pesanan {number.upper()}, mohon tunggu sebentar ya."
    assert told in status
    assert db.session.scalars(select(HttpCall.url)).all() == [f"{SHOP}/{number.upper()}"]


def test_what_was_bought_has_a_number_that_can_be_asked_for(client: FlaskClient, box: Box) -> None:
    (thanks,) = answers(client, "beli", "kopi", "2", "Siti Aminah", "Jl. Dago 12, Bandung 40135", "ya")
    assert "Nomor pesanan Kakak ORD-20001." in thanks
    made = box.orders.find("ORD-20001")
    assert made is not None
    assert (made["total"], made["address"]) == (156000, "Jl. Dago 12, Bandung 40135")
    assert conversation().labels == ["new-order"]
    assert answers(client, "cek pesanan", "ORD-20001", "ya")[-1] == "Pesanan ORD-20001 menunggu pembayaran Rp156.000."


def test_when_the_order_system_is_away_people_are_asked(client: FlaskClient, box: Box) -> None:
    box.stop()
    assert answers(client, "cek pesanan", "ORD-12345", "ya")[-1].startswith(("Statusnya perlu", "CS kami melihat"))
    assert said("note") == ["Asks for the status of ORD-12345."]
    assert conversation().mode == "AGENT"


def test_the_checker_knows_an_alias(app: Flask) -> None:
    assert "ROMS_HTTP_HOSTS" not in app.test_cli_runner().invoke(args=["flows", "check"]).output
