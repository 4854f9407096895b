"""Credentials at rest: sealed under a key that is not in the database, opened only where they are used.

Fernet (AES-128-CBC with HMAC-SHA256) of the cryptography package. Several keys may be given: the first seals, all open,
so that a new key is put in front, everything sealed anew (`flask channels rotate-key`), and the old one taken away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Sealed(Exception):
    """What was sealed cannot be opened, or nothing can be sealed: the message says what to do."""


def new_key() -> str:
    return Fernet.generate_key().decode()


def is_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def seal(keys: Sequence[str], values: Mapping[str, str]) -> str:
    """These values as one text that only our keys open; "" for no values."""
    return sealed_bytes(keys, json.dumps(dict(values)).encode()).decode() if values else ""


def unseal(keys: Sequence[str], sealed: str) -> dict[str, str]:
    if not sealed:
        return {}
    values: dict[str, str] = json.loads(opened_bytes(keys, sealed.encode()))
    return values


def sealed_bytes(keys: Sequence[str], data: bytes) -> bytes:
    """Whatever it is, as a token that only our keys open."""
    return _box(keys).encrypt(data)


def opened_bytes(keys: Sequence[str], token: bytes) -> bytes:
    try:
        return _box(keys).decrypt(token)
    except InvalidToken as error:
        raise Sealed("These credentials were sealed under another key than ROMS_CREDENTIALS_KEY has.") from error


def _box(keys: Sequence[str]) -> MultiFernet:
    if not keys:
        raise Sealed("Credentials need a key to be kept: set ROMS_CREDENTIALS_KEY, or ROMS_CREDENTIALS_KEY_FILE.")
    return MultiFernet([Fernet(key) for key in keys])
