"""The tables: columns, constraints and how to load for writing. No verbs."""

from roms.models.accounts import LiveTicket, LoginAttempt, LoginSession, Role, User
from roms.models.aside import AsideState, SetAside, SetAsideBody
from roms.models.attachment import Attachment, FileState
from roms.models.channel import Channel, ChannelEvent, ChannelFetch, ChannelPace, MessageTemplate
from roms.models.contact import Contact, ContactAddress, ContactMerge, ContactPicture
from roms.models.conversation import Conversation, ConversationLabel, PersonPace
from roms.models.http_call import HttpCall
from roms.models.journal import ChannelTally, Heartbeat
from roms.models.message import BULK, REPLY, Direction, History, Message, PendingReceipt, RawItem, Sender, Status
from roms.models.release import MediaFile, Release, Timer

__all__ = [
    "BULK",
    "REPLY",
    "AsideState",
    "Attachment",
    "Channel",
    "ChannelEvent",
    "ChannelFetch",
    "ChannelPace",
    "ChannelTally",
    "Contact",
    "ContactAddress",
    "ContactMerge",
    "ContactPicture",
    "Conversation",
    "ConversationLabel",
    "Direction",
    "FileState",
    "Heartbeat",
    "History",
    "HttpCall",
    "LiveTicket",
    "LoginAttempt",
    "LoginSession",
    "MediaFile",
    "Message",
    "MessageTemplate",
    "PendingReceipt",
    "PersonPace",
    "RawItem",
    "Release",
    "Role",
    "Sender",
    "SetAside",
    "SetAsideBody",
    "Status",
    "Timer",
    "User",
]
