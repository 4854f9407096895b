"""A WhatsApp in a box: it speaks the languages of four providers on the loopback address, and a page is any phones.

It is started by the trial instance, by `./dev fake` and by tests (`Box`). Standard library only. It is the outside, so
it has a clock of its own and shares no code with the adapters. docs/box.md tells what it can do.
"""

from __future__ import annotations

from roms.channels.fake.box import Box

__all__ = ["Box"]
