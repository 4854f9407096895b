"""Frozen values that are made on every turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A dataclass that the type checker holds frozen: to hold it at run time as well costs more than to make it."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
