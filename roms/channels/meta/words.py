"""Meta's words for how a template, a message or an account is, and ours."""

from __future__ import annotations

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("APPROVED", "REINSTATED", "UNPAUSED"), "approved"),
    **dict.fromkeys(("PENDING", "IN_APPEAL", "IN_REVIEW"), "pending"),
    "REJECTED": "rejected",
    **dict.fromkeys(("PAUSED", "LIMIT_EXCEEDED"), "paused"),
    **dict.fromkeys(("DISABLED", "DELETED", "PENDING_DELETION", "ARCHIVED"), "disabled"),
}
QUALITIES: Mapping[str, str] = {"GREEN": "green", "HIGH": "green", "YELLOW": "yellow", "MEDIUM": "yellow"} | {
    "RED": "red",
    "LOW": "red",
}
CATEGORIES: Mapping[str, str] = {name.upper(): name for name in ("utility", "marketing", "authentication")}
RECEIPTS: Mapping[str, str] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
ACCOUNT: Mapping[str, str] = {  # what account_update tells; the rest changes nothing of ours
    **dict.fromkeys(("ACCOUNT_VIOLATION", "ACCOUNT_RESTRICTION"), "restricted"),
    **dict.fromkeys(("ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"), "failed"),
    **dict.fromkeys(("ACCOUNT_RECONNECTED", "VERIFIED_ACCOUNT"), "connected"),
}
BANS: Mapping[str, str] = {"DISABLE": "failed", "SCHEDULE_FOR_DISABLE": "restricted", "REINSTATE": "connected"}
