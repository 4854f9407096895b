"""The tables: columns, constraints and how to load for writing. No verbs."""

from roms.models.accounts import CrewEvent, LiveTicket, LoginAttempt, LoginSession, Presence, Role, Sees, User
from roms.models.aside import AsideState, SetAside, SetAsideBody
from roms.models.attachment import Attachment, DiscardedFile, FileState
from roms.models.channel import Channel, ChannelEvent, ChannelFetch, ChannelPace, MessageTemplate
from roms.models.contact import Contact, ContactAddress, ContactMerge, ContactPicture
from roms.models.conversation import Conversation, ConversationLabel, PersonPace
from roms.models.http_call import HttpCall
from roms.models.journal import ChannelTally, Heartbeat
from roms.models.message import BULK, REPLY, Direction, History, Message, PendingReceipt, RawItem, Sender, Status
from roms.models.release import MediaFile, Release, Timer
from roms.models.team import Arrangement, Hours, HoursVersion, Policy, Team, TeamMember, UserSkill
from roms.models.teamwork import BulkAction, ContactLabel, Label, Macro, Mention, Rating, SavedReply

__all__ = [
    "BULK",
    "REPLY",
    "Arrangement",
    "AsideState",
    "Attachment",
    "BulkAction",
    "Channel",
    "ChannelEvent",
    "ChannelFetch",
    "ChannelPace",
    "ChannelTally",
    "Contact",
    "ContactAddress",
    "ContactLabel",
    "ContactMerge",
    "ContactPicture",
    "Conversation",
    "ConversationLabel",
    "CrewEvent",
    "Direction",
    "DiscardedFile",
    "FileState",
    "Heartbeat",
    "History",
    "Hours",
    "HoursVersion",
    "HttpCall",
    "Label",
    "LiveTicket",
    "LoginAttempt",
    "LoginSession",
    "Macro",
    "MediaFile",
    "Mention",
    "Message",
    "MessageTemplate",
    "PendingReceipt",
    "PersonPace",
    "Policy",
    "Presence",
    "Rating",
    "RawItem",
    "Release",
    "Role",
    "SavedReply",
    "Sees",
    "Sender",
    "SetAside",
    "SetAsideBody",
    "Status",
    "Team",
    "TeamMember",
    "Timer",
    "User",
    "UserSkill",
]
