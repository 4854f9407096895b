"""What browsers may send: models, and the one place that reads them from a request."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from flask import request
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from roms.channels.reading import printable
from roms.errors import Invalid, Problem

LARGEST = 2**31 - 1  # what an INTEGER column holds
VISITOR_TEXT = 4000
B = TypeVar("B", bound=BaseModel)

Text = Annotated[str, AfterValidator(printable)]
Number = Annotated[int, Field(ge=0, le=LARGEST, strict=True)]
ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Language = Literal["id", "en"]


class Reply(BaseModel):
    client_id: ClientId
    text: Text = Field(max_length=100_000)  # the service knows the channel's own limit
    seen: Number
    force: bool = False


class Note(BaseModel):
    text: Text = Field(max_length=20_000)


class Assignment(BaseModel):
    agent: Number


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
    """The request's JSON as `model`; 400 when it is no JSON, 422 naming the field when something in it is wrong."""
    try:
        return model.model_validate_json(request.get_data() or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Problem(first["msg"]) from error
        field = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{field}: {first['msg']}" if field else first["msg"], field=field) from error


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
