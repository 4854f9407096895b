"""A provider of the tests' own: linked like a phone, told by the test how it is, counting what it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from roms.channels.base import Abilities, Account, Adapter, Code, Field, Knock, Linking, Parcel
from roms.channels.failures import ChannelBroken, Forbidden, SendFailed
from roms.channels.items import AccountState, Item, Skipped

TOKEN, KEY = "planted-token-7f3a9c", "planted-key-51be02"


@dataclass
class Toy:
    """state: what the account answers. fails: what the next calls of these names raise."""

    state: AccountState = field(default_factory=lambda: AccountState("connected"))
    fails: dict[str, SendFailed] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    sent: list[Parcel] = field(default_factory=list)
    codes: int = 0
    expires: float = 20.0

    def asked(self, name: str, account: Account) -> None:
        self.calls.append(name)
        if not account["token"]:
            raise ChannelBroken("There is no token.")
        if name in self.fails:
            raise self.fails[name]

    def send(self, account: Account, _client: httpx.Client, parcel: Parcel) -> str:
        self.asked("send", account)
        self.sent.append(parcel)
        return f"toy-{len(self.sent)}"

    def asked_state(self, account: Account, _client: httpx.Client) -> AccountState:
        self.asked("state", account)
        return self.state

    def qr(self, account: Account, _client: httpx.Client) -> Code:
        self.asked("qr", account)
        self.codes += 1
        return Code(text=f"toy-code-{self.codes}-" + "x" * 60, expires=self.expires)

    def pairing_code(self, account: Account, _client: httpx.Client, phone: str) -> str:
        self.asked(f"pairing {phone}", account)
        return "ABCD-1234"

    def adapter(self, kind: str = "toy", title: str = "Toy gateway", unofficial: bool = True) -> Adapter:
        def simple(name: str) -> Any:
            return lambda account, _client: self.asked(name, account)

        linking = Linking(self.asked_state, self.qr, self.pairing_code, simple("restart"), simple("logout"))
        return Adapter(
            kind=kind,
            title=title,
            verify=verify,
            parse=parse,
            send=self.send,
            fields=(
                Field("base_url", default="https://toy.example", pattern=r"https?://\S+"),
                Field("session", default="default", pattern=r"\w+"),
                Field("token", secret=True, pattern=r"[!-~]+"),
                Field("hmac_key", secret=True, made_by_us=True, signs=True),
            ),
            abilities=Abilities(
                unofficial=unofficial, templates=not unofficial, window=None if unofficial else timedelta(days=1)
            ),
            account_of=lambda account: account["session"],
            setup=simple("setup"),
            state=None if unofficial else self.asked_state,
            linking=linking if unofficial else None,
        )


def verify(account: Account, knock: Knock) -> None:
    if knock.headers.get("x-key") != account["hmac_key"]:
        raise Forbidden("The key is wrong.")


def parse(_account: Account, body: bytes) -> Iterator[Item]:
    yield Skipped(str(json.loads(body).get("event", "")))
