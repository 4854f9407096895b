"""Faults by dial: what the fake shall do wrong with the next sends, in the order it was told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One setting of the dial; without any field it is the good behaviour."""

    delay_ms: int = 0  # wait this long before doing anything
    status: int = 0  # answer with this HTTP status instead of 201
    retry_after: str = ""  # with this Retry-After
    before_accept: bool = True  # False: the message is taken, and only then comes the trouble
    hang: bool = False  # never answer
    cut: bool = False  # break the connection off
    cut_after: int = 0  # …after so many bytes of the answer
    early_status: bool = False  # post "delivered" before answering
    statuses: tuple[str, ...] | None = None  # the words posted afterwards, in this order, instead of sent, delivered
    to: str = ""  # for this recipient only
    times: int = 1  # for so many sends; 0: until the reset

    @property
    def answers_badly(self) -> bool:
        """Whether the sender gets no proper answer."""
        return bool(self.status or self.hang or self.cut)


GOOD = Fault()


class Faults:
    """What is dialled and not used up yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dialled: list[Fault] = []

    def dial(self, **settings: Any) -> Fault:
        """Add one; ValueError names a setting that does not exist or has the wrong type."""
        defaults = {field.name: field.default for field in fields(Fault)}
        for name, value in settings.items():
            if name not in defaults:
                raise ValueError(f"There is no fault {name!r}, only {', '.join(defaults)}.")
            if name != "statuses" and type(value) is not type(defaults[name]):
                raise ValueError(f"{name} must be of the type of {defaults[name]!r}.")
        if settings.get("statuses") is not None:
            settings["statuses"] = tuple(str(word) for word in settings["statuses"])
        fault = Fault(**settings)
        with self._lock:
            self._dialled.append(fault)
        return fault

    def take(self, address: str) -> Fault:
        """What to do with a message to this address; a fault with a number of times is used up by one."""
        with self._lock:
            for place, fault in enumerate(self._dialled):
                if fault.to in ("", address, address.partition("@")[0]):
                    rest = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    self._dialled[place : place + 1] = rest if fault.times else [fault]
                    return fault
        return GOOD

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._dialled.clear()
