"""The tables: columns, constraints and how to load for writing. No verbs."""

from roms.models.accounts import LiveTicket, LoginAttempt, LoginSession, Role, User
from roms.models.aside import AsideState, SetAside, SetAsideBody
from roms.models.attachment import Attachment, FileState
from roms.models.channel import Channel, ChannelEvent, ChannelFetch, ChannelPace, MessageTemplate
from roms.models.contact import Contact, ContactAddress, ContactMerge, ContactPicture
from roms.models.conversation import Conversation, ConversationLabel
from roms.models.http_call import HttpCall
from roms.models.message import Direction, History, Message, PendingReceipt, RawItem, Sender, Status
from roms.models.release import MediaFile, Release, Timer

__all__ = [
    "AsideState",
    "Attachment",
    "Channel",
    "ChannelEvent",
    "ChannelFetch",
    "ChannelPace",
    "Contact",
    "ContactAddress",
    "ContactMerge",
    "ContactPicture",
    "Conversation",
    "ConversationLabel",
    "Direction",
    "FileState",
    "History",
    "HttpCall",
    "LiveTicket",
    "LoginAttempt",
    "LoginSession",
    "MediaFile",
    "Message",
    "MessageTemplate",
    "PendingReceipt",
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
