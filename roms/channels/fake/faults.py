"""Faults by dial: what the box shall do wrong with the next requests, in the order it was told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields, replace
from typing import Any

from roms.channels.fake.model import KINDS

ON = ("send", "media", "upload", "other", "webhook")


@dataclass(frozen=True, slots=True)
class Fault:
    """One setting of the dial; without any field it is the good behaviour."""

    delay_ms: int = 0  # wait this long before doing anything
    status: int = 0  # answer with this HTTP status instead of the good one
    code: int = 0  # answer with the provider's error of this number, with its HTTP status unless `status` says another
    retry_after: str = ""  # with this Retry-After
    before_accept: bool = True  # False: the message is taken, and only then comes the trouble
    hang: bool = False  # never answer
    cut: bool = False  # break the connection off
    cut_after: int = 0  # …after so many bytes of the answer
    drip_ms: int = 0  # a byte of the answer every so often
    huge: int = 0  # so many bytes more in the answer
    early_status: bool = False  # post "delivered" before answering
    statuses: tuple[str, ...] | None = None  # the words posted afterwards, in this order, instead of sent, delivered
    failed: int = 0  # taken, and then a failed status with this code of the provider
    repeat: int = 0  # webhook: so many more copies, all at the same moment
    hold: bool = False  # webhook: only after the next one
    drop: bool = False  # webhook: never
    batch: int = 0  # webhook: so many together in one body
    to: str = ""  # for this recipient only
    account: str = ""  # at this provider only
    on: str = "send"  # send, media (a file fetched), upload, other (every other endpoint) or webhook
    times: int = 1  # for so many; 0: until the reset

    @property
    def answers_badly(self) -> bool:
        """Whether the sender gets no proper answer."""
        return bool(self.status or self.code or self.hang or self.cut)


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
        if fault.on not in ON or fault.account not in ("", *KINDS):
            raise ValueError(f"on is one of {', '.join(ON)}; account is one of {', '.join(KINDS)}.")
        with self._lock:
            self._dialled.append(fault)
        return fault

    def take(self, account: str, on: str, *names: str) -> Fault:
        """What to do with this request; a fault with a number of times is used up by one."""
        with self._lock:
            for place, fault in enumerate(self._dialled):
                if fault.on == on and fault.account in ("", account) and fault.to in ("", *names):
                    rest = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    self._dialled[place : place + 1] = rest if fault.times else [fault]
                    return fault
        return GOOD

    @property
    def waiting(self) -> list[Fault]:
        """What is dialled and not used up."""
        with self._lock:
            return list(self._dialled)

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._dialled.clear()
