"""The tables: columns, constraints and how to load for writing. No verbs."""

from roms.models.accounts import LiveTicket, LoginAttempt, LoginSession, Role, User
from roms.models.contact import Contact, ContactAddress
from roms.models.conversation import Channel, Conversation, ConversationLabel
from roms.models.http_call import HttpCall
from roms.models.message import Direction, History, Message, PendingReceipt, Sender, Status
from roms.models.release import MediaFile, Release, Timer

__all__ = [
    "Channel",
    "Contact",
    "ContactAddress",
    "Conversation",
    "ConversationLabel",
    "Direction",
    "History",
    "HttpCall",
    "LiveTicket",
    "LoginAttempt",
    "LoginSession",
    "MediaFile",
    "Message",
    "PendingReceipt",
    "Release",
    "Role",
    "Sender",
    "Status",
    "Timer",
    "User",
]
