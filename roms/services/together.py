"""A webhook that brings much, or many that waited: which of it may be stored together.

One commit and the statements of one message, instead of as many of both as there are messages. Only what needs nothing
but its own thread goes together: plain messages of people whom we know, each from somebody else; everything else is
stored by itself, and what came before it stays before it. Of messages between which nothing of that kind stands the
first ones of all threads go first, then the second ones: so each thread keeps its order, and people who write much do
not part the others. The good news of what we sent, which is welcome in any order, goes together behind all that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from roms.channels.base import Account
from roms.channels.items import Incoming, Item, Receipt
from roms.db import db
from roms.models import Conversation
from roms.services import channels, consent, identities, receipts
from roms.services.channels import Line

MOST = 100  # their threads are locked until all are stored


def groups(account: Account, items: Sequence[Item]) -> Iterator[Item | list[Incoming] | list[Receipt]]:
    """The items in their order, and the good news behind; a list of those that may go together."""
    news = [item for item in items if isinstance(item, Receipt) and _is_good(account, item)]
    if len(news) < 2:
        yield from _in_order(account, items)
        return
    known = set(map(id, news))
    yield from _in_order(account, [item for item in items if id(item) not in known])
    yield from (news[at : at + MOST] for at in range(0, len(news), MOST))


def _is_good(account: Account, item: Receipt) -> bool:
    is_ours = not item.account or channels.routed(account, item.account) == account.channel_id
    return is_ours and item.status in receipts.GOOD


def _in_order(account: Account, items: Sequence[Item]) -> Iterator[Item | list[Incoming]]:
    messages = [item for item in items if isinstance(item, Incoming) and _is_plain(account, item)]
    settled = _settled(channels.line(account.channel_id), messages) if len(messages) > 1 else set()
    stretch: list[Incoming] = []
    for item in items:
        if isinstance(item, Incoming) and item.address in settled and _is_plain(account, item):
            stretch.append(item)
            continue
        yield from _in_layers(stretch)
        stretch = []
        yield item
    yield from _in_layers(stretch)


def _in_layers(stretch: Sequence[Incoming]) -> list[list[Incoming]]:
    """Messages between which nothing stands: first of all the first of each thread, then the second ones …"""
    layers: list[list[Incoming]] = []
    behind: dict[str, int] = {}  # by address, the layer from which on the next one may be
    for item in stretch:
        place = behind.get(item.address, 0)
        while place < len(layers) and len(layers[place]) == MOST:
            place += 1
        if place == len(layers):
            layers.append([])
        layers[place].append(item)
        behind[item.address] = place + 1
    return layers


def _is_plain(account: Account, item: Incoming) -> bool:
    """Whether nobody is to be asked about this message but its own thread."""
    if not item.provider_id or item.from_business or item.is_group or consent.may_be(item):
        return False
    return not item.account or channels.routed(account, item.account) == account.channel_id


def _settled(line: Line, messages: Sequence[Incoming]) -> set[str]:
    """Addresses of threads that are there, of people about whose names nothing is to be learned."""
    names = {each.address: identities.of(line, each) for each in messages}
    several = [name for each in names.values() if len(each) > 1 for name in each]
    known = identities.owners(several) if several else {}
    there = select(Conversation.address).where(Conversation.channel_id == line.id, Conversation.address.in_(names))
    return {
        address
        for address in db.session.scalars(there)
        if len(names[address]) < 2 or identities.are_one(names[address], known)
    }
