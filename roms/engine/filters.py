"""The closed set of filters for `{{name|filter}}`. A filter never fails: what it cannot shape stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from roms.engine.moments import date_shown, time_shown
from roms.engine.scope import is_number, shown

Filter = Callable[[Any, str], Any]


def _default(value: Any, argument: str) -> Any:
    return argument if value is None or value == "" else value


def _rupiah(value: Any, _: str) -> Any:
    if not is_number(value):
        return value
    whole = f"{abs(round(value)):,}".replace(",", ".")
    return f"-Rp{whole}" if value < 0 else f"Rp{whole}"


def _number(value: Any, _: str) -> Any:
    """1234567.5 as Indonesians write it: 1.234.567,5."""
    if not is_number(value):
        return value
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return f"{whole:,}".replace(",", " ").replace(".", ",").replace(" ", ".")


def _phone(value: Any, _: str) -> Any:
    from roms.engine.answers import phone_shown  # its library takes 77 ms to import: only when used

    return phone_shown(shown(value))


def _yes_no(value: Any, argument: str) -> Any:
    if not isinstance(value, bool):
        return value
    yes, _, no = (argument or "ya,tidak").partition(",")
    return yes if value else no


FILTERS: dict[str, Filter] = {
    "capitalize": lambda value, _: shown(value)[:1].upper() + shown(value)[1:],
    "date": date_shown,
    "default": _default,
    "lower": lambda value, _: shown(value).lower(),
    "number": _number,
    "phone": _phone,
    "rupiah": _rupiah,
    "time": time_shown,
    "title": lambda value, _: " ".join(word[:1].upper() + word[1:].lower() for word in shown(value).split()),
    "trim": lambda value, _: " ".join(shown(value).split()),
    "upper": lambda value, _: shown(value).upper(),
    "yes_no": _yes_no,
}
SPEAKING = ("date", "time")  # without an argument they speak the language of the text they stand in
