"""Which failures are the database's: it is away, locked, full, read-only or not migrated. All others are ours.

PostgreSQL says so in its SQLSTATE ("PostgreSQL Error Codes"), SQLite in its result code ("Result and Error Codes").
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

# Connection, rollback forced, no resources, wrong state (lock_timeout too), operator intervened, system and internal.
POSTGRES_CLASSES = frozenset({"08", "40", "53", "55", "57", "58", "XX", "28", "3D"})
POSTGRES = frozenset({"25006", "42P01", "42703"})  # read-only; a table, a column that a migration has yet to make
# busy, locked, no memory, read-only, I/O, corrupt, full, cannot open, protocol, not a database
SQLITE = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 15, 26})
SQLITE_UNMIGRATED = ("no such table", "no such column")


def is_one(error: BaseException) -> bool:
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state, code = getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorcode", None)
    if state is not None:
        return state[:2] in POSTGRES_CLASSES or state in POSTGRES
    if code is not None:
        return code & 0xFF in SQLITE or str(error.orig).startswith(SQLITE_UNMIGRATED)
    return isinstance(error, OperationalError | InterfaceError)  # no server said anything: it could not be reached


def is_held(error: BaseException) -> bool:
    """Whether only a lock of somebody else's was in the way: PostgreSQL's lock_timeout, mostly about one row."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) == "55P03"
