"""Asking a provider about an account, and what linking one like a phone takes. No transaction is open meanwhile."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from roms.channels.base import Account, Code, Linking, Parcel
from roms.channels.failures import ChannelBroken, SendFailed
from roms.channels.items import AccountState
from roms.db import db, writing
from roms.engine.types import JSON
from roms.errors import Conflict
from roms.services import account_states, channels
from roms.services.account_states import SILENCE, locked, redacted, remember

A = TypeVar("A")


def look(channel_id: int, client: httpx.Client) -> None:
    """Ask how an account is; start it again if it failed and nobody has tried yet."""
    line = channels.afresh(channel_id)
    if not line.is_enabled or line.problem:
        return
    if line.adapter.linking and account_states.may_restart(channel_id):
        _try(channel_id, "restart_failed", line.adapter.linking.restart, client)
    ask(channel_id, client)


def ask(channel_id: int, client: httpx.Client) -> None:
    """Write down what the account answers about itself; that it does not answer is written down, too."""
    line = channels.line(channel_id)
    asks = line.adapter.linking.state if line.adapter.linking else line.adapter.state
    if asks is None:
        return
    db.session.rollback()
    try:
        word, by = asks(line.account, client), ""
    except ChannelBroken as error:
        word, by = AccountState("failed", error.code, str(error)), account_states.SENDING
    except SendFailed as error:
        word, by = AccountState("failed", error.code or "unreachable", str(error)), SILENCE
    account_states.answered(channel_id, word, by)


def connect(channel_id: int, user_id: int, client: httpx.Client) -> JSON:
    """Make the provider call our webhook, then ask how the account is."""
    line = channels.line(channel_id)
    problem = None
    if line.adapter.setup:
        problem = _try(channel_id, "setup_failed", line.adapter.setup, client, user_id)
    if problem is None:
        ask(channel_id, client)
        with writing():
            _note(channel_id, "connect", user_id)
    return problem or {"ok": True}


def send_test(channel_id: int, user_id: int, phone: str, text: str, client: httpx.Client) -> JSON:
    """One message to a number, past the outbox: whoever sets an account up wants to know now."""
    line = channels.line(channel_id)
    parcel = Parcel(0, line.adapter.address_of(phone), text)
    done = _outcome(line.account, lambda: line.adapter.send(line.account, client, parcel))
    with writing():
        _note(channel_id, "tested" if done["ok"] else "test_failed", user_id, **_told(done))
    return done


def code(channel_id: int, client: httpx.Client) -> JSON:
    """The picture that a phone scans, as an address that holds it, and for how many seconds it is good."""
    linking = _linking(channel_id)
    return _outcome(
        channels.line(channel_id).account, lambda: _picture(linking.qr(channels.line(channel_id).account, client))
    )


def pairing_code(channel_id: int, user_id: int, phone: str, client: httpx.Client) -> JSON:
    """What is typed into the phone instead of scanning. It is shown once and written down nowhere."""
    linking, account = _linking(channel_id), channels.line(channel_id).account
    done = _outcome(account, lambda: {"code": linking.pairing_code(account, client, phone)})
    with writing():
        _note(channel_id, "pairing_code" if done["ok"] else "pairing_failed", user_id, **_told(done))
    return done


def restart(channel_id: int, user_id: int, client: httpx.Client) -> JSON:
    """A person starts it again, as often as they like."""
    linking = _linking(channel_id)
    done = _try(channel_id, "restart_failed", linking.restart, client, user_id)
    with writing():
        _note(channel_id, "restarted", user_id)
    return done or {"ok": True}


def logout(channel_id: int, user_id: int, client: httpx.Client) -> JSON:
    """Unlink the number."""
    linking = _linking(channel_id)
    done = _try(channel_id, "logout_failed", linking.logout, client, user_id)
    if done is None:
        with writing():
            _note(channel_id, "logged_out", user_id)
    return done or {"ok": True}


def _linking(channel_id: int) -> Linking:
    found = channels.line(channel_id).adapter.linking
    if found is None:
        raise Conflict("this account is not linked like a phone")
    return found


def _picture(shown: Code) -> JSON:
    if shown.png:
        image = "data:image/png;base64," + base64.b64encode(shown.png).decode()
    else:
        import segno  # only where somebody is to scan something

        image = segno.make(shown.text, error="m").png_data_uri(scale=8, border=4)
    return {"image": image, "expires": shown.expires}


def _try(
    channel_id: int, event: str, act: Callable[[Account, httpx.Client], Any], client: httpx.Client, user_id: int = 0
) -> JSON | None:
    """None when it worked, else what went wrong, which is written down."""
    account = channels.line(channel_id).account
    done = _outcome(account, lambda: act(account, client))
    if done["ok"]:
        return None
    with writing():
        _note(channel_id, event, user_id, **_told(done))
    return done


def _outcome(account: Account, act: Callable[[], Any]) -> JSON:
    db.session.rollback()  # nothing of the database is held while we wait
    try:
        found = act()
    except SendFailed as error:
        text = redacted(account, str(error))
        return {"ok": False, "class": error.error_class, "code": error.code, "text": text}
    return {"ok": True, **(found if isinstance(found, dict) else {})}


def _told(done: JSON) -> JSON:
    return {name: done[name] for name in ("code", "text", "class") if name in done and not done["ok"]}


def _note(channel_id: int, event: str, user_id: int, **data: Any) -> None:
    row = locked(channel_id)
    if row is not None:
        remember(row, event, user_id or None, **data)
