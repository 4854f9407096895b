"""The accounts of a trial: what an older instance left behind is led to the box that runs now."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask
from sqlalchemy import select

from roms.db import db, writing
from roms.models import Channel
from roms.services import account_setup, channels
from tests.cast import Cast

BOX = "http://127.0.0.1:8199"


@pytest.fixture
def trial(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = dataclasses.replace(app.extensions["roms.config"], instance="trial", fake_url=BOX)
    monkeypatch.setitem(app.extensions, "roms.config", settings)


def first(kind: str) -> Channel:
    return db.session.scalars(select(Channel).filter_by(kind=kind).order_by(Channel.id)).first() or pytest.fail(kind)


def become(kind: str, settings: dict[str, str]) -> None:
    with writing():
        first(kind).settings, first(kind).secrets = settings, ""


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize("before", [{}, {"base_url": "http://127.0.0.1:8001"}])
def test_an_account_without_an_address_or_with_an_old_port_is_led_to_the_box(before: dict[str, str]) -> None:
    become("whapi", before)
    with writing():
        channels.ensure()
    line = channels.line(first("whapi").id)
    assert (line.account["base_url"], line.account["token"]) == (BOX, "trial-token")


@pytest.mark.usefixtures("trial")
def test_an_account_of_ones_own_is_left_alone() -> None:
    become("whapi", {"base_url": "https://gate.whapi.cloud"})
    with writing():
        channels.ensure()
    assert channels.line(first("whapi").id).account["base_url"] == "https://gate.whapi.cloud"


@pytest.mark.usefixtures("trial")
def test_a_token_can_be_changed_where_a_field_that_has_a_default_was_never_filled_in() -> None:
    with writing():
        channels.ensure()
    row = first("meta")
    assert "version" not in row.settings
    account_setup.change(None, row.id, account_setup.Change(values={"token": "another"}))
    assert channels.line(row.id).account["token"] == "another"
    assert first("meta").settings["version"] == "v23.0"
