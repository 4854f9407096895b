"""The sample shop's order system: a few orders, one in each state, and whatever is ordered on top of them.

No provider's at all; it lives in the same box so that a trial has somebody to ask.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

PATH = "/_shop/api/orders"
FIRST_NEW = 20001

Order = dict[str, Any]


class Orders:
    """All of it behind one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        arrived = str(date.today() - timedelta(days=2))
        courier = {"courier": "JNE", "receipt": "JNE7700112233"}
        with self._lock:
            self._orders: dict[str, Order] = {
                "ORD-12345": _order("ORD-12345", "sent", "Kopi Gayo 250 g", 2, 156000) | courier,
                "ORD-12346": _order("ORD-12346", "paid", "Madu Hutan", 1, 95000),
                "ORD-12347": _order("ORD-12347", "done", "Sambal Bawang", 3, 96000) | courier | {"arrived": arrived},
                "ORD-12348": _order("ORD-12348", "new", "Keripik Tempe", 5, 120000),
            }
            self._next = FIRST_NEW

    def find(self, number: str) -> Order | None:
        """The order of this number, if there is one."""
        with self._lock:
            return self._orders.get(number)

    def make(self, body: object) -> Order:
        """Take an order, which is not paid yet. Raises ValueError for what is none."""
        if not isinstance(body, Mapping) or not isinstance(body.get("item"), str):
            raise ValueError("an order has an item")
        quantity, total = body.get("quantity"), body.get("total")
        if type(quantity) is not int or type(total) is not int or quantity < 1 or total < 0:
            raise ValueError("quantity and total are whole numbers")
        with self._lock:
            number, self._next = f"ORD-{self._next}", self._next + 1
            wishes = {key: str(body.get(key) or "") for key in ("recipient", "address", "phone")}
            self._orders[number] = _order(number, "new", body["item"], quantity, total) | wishes
            return self._orders[number]


def _order(number: str, status: str, item: str, quantity: int, total: int) -> Order:
    return {"order": number, "status": status, "item": item, "quantity": quantity, "total": total}
