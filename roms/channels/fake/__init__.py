"""A small WhatsApp in a box: it speaks Whapi's language on the loopback address, and a page is any number of phones.

It is started by the trial instance and by tests (`FakeWhapi`). Standard library only. It is the outside, so it has a
clock of its own and shares no code with the adapter.
"""

from __future__ import annotations

from roms.channels.fake.box import FakeWhapi

__all__ = ["FakeWhapi"]
