"""What browsers may send: models, and the one place that reads them from a request."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeVar

from flask import request
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError
from pydantic_core import from_json
from typing_extensions import TypedDict

from roms.channels.reading import printable
from roms.errors import Invalid, Problem
from roms.services.said import Draft

LARGEST = 2**31 - 1  # what an INTEGER column holds
VISITOR_TEXT = 4000
B = TypeVar("B", bound=BaseModel)

Text = Annotated[str, AfterValidator(printable)]
Number = Annotated[int, Field(ge=0, le=LARGEST, strict=True)]
ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
ConversationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,24}$")]
Language = Literal["id", "en"]
LongText = Annotated[str, AfterValidator(printable), Field(max_length=5000)]
Button = dict[Literal["index", "value"], Number | LongText]


class Parameters(TypedDict, total=False):
    """What is filled into a template."""

    body: list[LongText] | dict[LongText, LongText]
    header: dict[Literal["type", "text", "file"], LongText]
    buttons: Annotated[list[Button], Field(max_length=10)]


class Spot(BaseModel):
    """A place on the map."""

    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    name: Text = Field(default="", max_length=200)
    address: Text = Field(default="", max_length=500)


class Card(BaseModel):
    """Somebody's name and number."""

    name: Text = Field(min_length=1, max_length=200)
    phone: Text = Field(pattern=r"^\+?[0-9][0-9 ().-]{4,30}$")


class Filled(BaseModel):
    """A template with its parameters; the service knows which it needs."""

    id: Number
    parameters: Parameters = {}


class Reply(BaseModel):
    client_id: ClientId
    text: Text = Field(default="", max_length=100_000)  # the service knows the channel's own limit
    seen: Number
    force: bool = False
    quote: Number | None = None
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,32}$")] = ""
    location: Spot | None = None
    contact: Card | None = None
    template: Filled | None = None

    @property
    def draft(self) -> Draft:
        """As the services want it."""
        parts = (self.location, self.contact, self.template)
        location, contact, template = (part.model_dump() if part else None for part in parts)
        return Draft(self.text, self.quote, self.file, location, contact, template)


class Sign(BaseModel):
    client_id: ClientId
    seq: Number
    emoji: Text = Field(max_length=50)


class Typing(BaseModel):
    on: bool


class Note(BaseModel):
    client_id: ClientId | None = None
    text: Text = Field(max_length=20_000)
    force: bool = False  # although somebody called may not read it


class Assignment(BaseModel):
    agent: Number


class Claim(BaseModel):
    """`from`: who has it on the page of whoever takes it; nobody where it is left out."""

    over: Number | None = Field(default=None, alias="from")


class Until(BaseModel):
    """A moment with its zone; the services know which may be named."""

    until: AwareDatetime | None = None

    @property
    def seconds(self) -> int:
        """Since 1970, 0 for none; before 1970 is as far past as after."""
        return max(1, math.ceil(self.until.timestamp())) if self.until else 0


class Releasing(BaseModel):
    step: Text = Field(default="", max_length=200)


class Closing(BaseModel):
    reason: Text = Field(default="", max_length=40)


class Transferring(BaseModel):
    agent: Number | None = None
    team: Text = Field(default="", max_length=80)
    note: Text = Field(default="", max_length=20_000)


class Bulk(Transferring, Until, Releasing, Closing):
    verb: Text = Field(max_length=20)
    conversations: list[ConversationId] = Field(max_length=1000)
    label: Text = Field(default="", max_length=60)


class Place(BaseModel):
    seq: Number


class Me(BaseModel):
    language: Language


class VisitorBegins(BaseModel):
    language: Language = "id"


class VisitorMessage(BaseModel):
    client_id: ClientId
    text: Text = Field(max_length=VISITOR_TEXT)
    payload: Annotated[str, AfterValidator(printable), Field(max_length=200)] | None = None


class VisitorSeen(BaseModel):
    delivered: Number
    read: Number


class VisitorTyping(BaseModel):
    on: bool


def body(model: type[B]) -> B:
    """The request's JSON as `model`; 400 when it is no JSON, 422 naming the field when something in it is wrong. What
    changes something may name nothing but what may be changed: 400 for any other field."""
    try:
        _refuse_others(model)
        return model.model_validate_json(request.get_data() or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Problem(first["msg"]) from error
        field = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{field}: {first['msg']}" if field else first["msg"], field=field) from error


def _refuse_others(model: type[BaseModel]) -> None:
    if request.method not in ("PATCH", "PUT"):
        return
    try:
        given = from_json(request.get_data() or b"{}")
    except ValueError as error:
        raise Problem(str(error)) from error
    known = {field.alias or name for name, field in model.model_fields.items()}
    if isinstance(given, dict) and (others := sorted(set(given) - known)):
        raise Problem(f"{others[0]!r:.60}: this cannot be changed here", field=others[0][:60])


def number(name: str, default: int, most: int = LARGEST) -> int:
    """A whole number from the address, at most `most`."""
    given = request.args.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= 10 and int(given) <= LARGEST):
        raise Invalid(f"{name}: a whole number is expected", field=name)
    return min(int(given), most)


def word(name: str, longest: int = 200) -> str:
    """A text from the address."""
    given = printable(request.args.get(name, ""))
    if len(given) > longest:
        raise Invalid(f"{name}: at most {longest} characters", field=name)
    return given
