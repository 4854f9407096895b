"""Who gets what from each route; tests/web/test_rights.py tries it out with everybody and every kind of id.

A new route fails that test until it has a line here. The line is the route as the failure prints it, and one of

    anyone() visitor() provider() ticket() collector()   the view itself looks at who asks
    signed_in()  supervisor()  admin()                    by role; `body` is what is posted, `status` what comes
    conversation()  contact()  file()                     for everybody signed in, but only of what is theirs to see:
                                                          the address names one by <cid:cid>, <…:contact>, <file:…>

with `who=SUPERVISOR` or `who=ADMIN` where the three last are for fewer. In a body "@new" is a client id that nobody has
used, "@me" the number of who asks, "@channel" that of the channel. What else an address has gets a value in PLACES.
`detail`: the words of a 404 that somebody gets who may see it, where nothing better can be had without much ado.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from roms.web.rights import ADMIN, ANYONE, COLLECTOR, PROVIDER, SIGNED_IN, SUPERVISOR, TICKET, VISITOR, Who

INT = "int(max=2147483647)"


@dataclass(frozen=True, slots=True)
class Line:
    who: Who
    of: str = ""  # conversation, contact, file: what decides beside the role
    status: int = 200  # for whoever may; of what is for admins alone only that they are let in is looked at
    body: Any = None
    confirmed: bool = False  # only with the password given a short while ago
    quietly: bool = False  # strangers are told 404
    form: bool = False  # the body is a picture in a form
    detail: str = ""
    also: tuple[int, ...] = ()  # what comes as well, to whoever may: somebody else was faster


anyone, visitor, provider = partial(Line, ANYONE), partial(Line, VISITOR), partial(Line, PROVIDER)
ticket, collector, signed_in = partial(Line, TICKET), partial(Line, COLLECTOR), partial(Line, SIGNED_IN)
supervisor, admin = partial(Line, SUPERVISOR), partial(Line, ADMIN)
conversation = partial(Line, who=SIGNED_IN, of="conversation")
contact = partial(Line, who=SIGNED_IN, of="contact")
file = partial(Line, who=SIGNED_IN, of="file")

VERBS = "<any(claim, resume, reopen, wake):verb>"
PLACES = {
    VERBS: "claim",
    "<name>": "name",
    "<cid:name>": "name",
    "<kind>": "whapi",
    "<key>": "key",
    "<token>": "token",
    "<cid>": "nonsense",
}
PLACES |= {f"<{INT}:seq>": "1", f"<{INT}:merge>": "1", f"<{INT}:id_>": "2000000000"}  # nothing is done to a channel
PLACES |= {f"<{INT}:person>": "1", "<int:contact>": "1", "<path:filename>": "x", "<string(length=64):hash_>": "0" * 64}

AT = "/api/conversations/<cid:cid>"
PERSON = f"/api/contacts/<{INT}:contact>"
CHANNEL = f"/api/channels/<{INT}:id_>"
RUN = {"client_id": "@new", "seen": 1_000_000}
TEAM = {"hours": None, "answer_within": None}
NO_HOURS = "there are no such hours"
HOURS = {"name": "Toko", "zone": "WIB", "open": {"mon": ["08:00-17:00"]}}
SOMEBODY, ONE_TEAM = f"/api/people/<{INT}:id_>", f"/api/teams/<{INT}:id_>"
MESSAGE = {"client_id": "@new", "text": "baik", "seen": 1_000_000}

MATRIX: dict[str, Line] = {
    # pages
    "GET /": anyone(),
    "GET /docs": anyone(),
    "GET /docs/<name>": anyone(),
    "GET /shop": anyone(),
    "GET /static/<path:filename>": anyone(),
    "GET /login": anyone(),
    "POST /login": anyone(),
    "POST /logout": anyone(),
    "GET /inbox": signed_in(),
    "GET /inbox/<cid>": signed_in(),
    "GET /inbox/contacts": signed_in(),
    "GET /inbox/contacts/<int:contact>": signed_in(),
    "GET /inbox/labels": signed_in(),
    "GET /inbox/saved": signed_in(),
    "GET /inbox/macros": signed_in(),
    "GET /board": supervisor(),
    "GET /inbox/channels": admin(),
    "GET /inbox/crew": admin(),
    "GET /inbox/journal": admin(),
    "GET /inbox/unmatched": admin(),
    # conversations
    "GET /api/conversations": signed_in(),
    f"GET {AT}": conversation(),
    f"GET {AT}/entries": conversation(),
    f"POST {AT}/{VERBS}": conversation(also=(409,)),  # a colleague has it
    f"POST {AT}/give-back": conversation(who=SUPERVISOR),
    f"POST {AT}/assign": conversation(body={"agent": "@me"}),
    f"POST {AT}/transfer": conversation(status=422),
    f"POST {AT}/release": conversation(body={"step": "none.such"}, status=422),
    f"POST {AT}/pause": conversation(),
    f"POST {AT}/snooze": conversation(body={"until": "2020-01-01T00:00:00Z"}, status=422),
    f"POST {AT}/close": conversation(),
    f"GET {AT}/steps": conversation(),
    "GET /api/choices": signed_in(),
    "POST /api/bulk": signed_in(body={"verb": "read", "conversations": ["nonsense"]}),
    "POST /api/bulk/<cid:name>/undo": signed_in(status=404, detail="there is nothing of yours to take back here"),
    f"POST {AT}/messages": conversation(body=MESSAGE, status=201),
    f"POST {AT}/notes": conversation(body={"text": "catatan"}, status=201),
    f"POST {AT}/reactions": conversation(body={"client_id": "@new", "seq": 1, "emoji": "👍"}, status=201),
    f"POST {AT}/typing": conversation(body={"on": True}, status=204),
    f"POST {AT}/read": conversation(body={"seq": 1}, status=204),
    f"POST {AT}/retry": conversation(body={"seq": 1}, status=409),
    f"POST {AT}/check": conversation(body={"seq": 1}, status=409),
    f"POST {AT}/files": conversation(status=201, form=True),
    f"GET {AT}/templates": conversation(),
    f"POST {AT}/templates/refresh": conversation(status=409),
    f"POST {AT}/aside/<{INT}:id_>/retry": conversation(status=404, detail="nothing was set aside under this number"),
    f"GET {AT}/why/<{INT}:seq>": conversation(),
    f"GET {AT}/test": conversation(who=ADMIN),
    f"GET {AT}/callable": conversation(),
    f"POST {AT}/mentions/seen": conversation(status=204),
    f"POST {AT}/labels": conversation(body={"label": "baru"}),
    f"DELETE {AT}/labels": conversation(body={"label": "baru"}),
    f"GET {AT}/saved": conversation(),
    f"POST {AT}/saved/<{INT}:id_>/file": conversation(status=404, detail="there is no such file"),
    f"POST {AT}/macros/<{INT}:id_>": conversation(body=RUN, status=404, detail="there is no such macro"),
    # what people working together share
    "GET /api/mentions": signed_in(),
    "GET /api/labels": signed_in(),
    "GET /api/labels/counts": signed_in(),
    "POST /api/labels": supervisor(status=422),
    f"PATCH /api/labels/<{INT}:id_>": supervisor(status=404, detail="there is no such label"),
    f"DELETE /api/labels/<{INT}:id_>": supervisor(status=404, detail="there is no such label"),
    "GET /api/saved": signed_in(),
    "POST /api/saved": supervisor(status=422),
    f"PATCH /api/saved/<{INT}:id_>": supervisor(status=404, detail="there is no such saved reply"),
    f"DELETE /api/saved/<{INT}:id_>": supervisor(status=404, detail="there is no such saved reply"),
    f"GET /api/saved/<{INT}:id_>/file": signed_in(status=404, detail="there is no such file", quietly=True),
    f"POST /api/saved/<{INT}:id_>/file": supervisor(status=404, form=True, detail="there is no such saved reply"),
    f"DELETE /api/saved/<{INT}:id_>/file": supervisor(status=404, detail="there is no such saved reply"),
    "GET /api/macros": signed_in(),
    "POST /api/macros": supervisor(status=422),
    f"PATCH /api/macros/<{INT}:id_>": supervisor(status=404, detail="there is no such macro"),
    f"DELETE /api/macros/<{INT}:id_>": supervisor(status=404, detail="there is no such macro"),
    # files
    "DELETE /api/files/<file:public_id>": file(status=204),
    "POST /api/files/<file:public_id>/retry": file(status=409),
    "GET /files/<file:public_id>/<name>": file(quietly=True),
    "GET /files/<file:public_id>/thumb": file(quietly=True),
    "GET /files/out/<token>/<name>": anyone(),
    "GET /media/<string(length=64):hash_>/<name>": anyone(),
    # contacts
    "GET /api/contacts": signed_in(),
    "GET /api/contacts/suggestions": signed_in(),
    "GET /api/contacts/export": admin(confirmed=True),
    "POST /api/contacts/import": admin(),
    f"GET {PERSON}": contact(),
    f"DELETE {PERSON}": admin(confirmed=True),
    f"PATCH {PERSON}": contact(body={"language": "id"}),
    f"POST {PERSON}/labels": contact(body={"label": "baru"}),
    f"DELETE {PERSON}/labels": contact(body={"label": "baru"}),
    f"POST {PERSON}/consent": contact(body={"wanted": True, "reason": "katanya"}),
    f"GET {PERSON}/conversations": contact(),
    f"POST {PERSON}/conversations": contact(body={"channel": "@channel"}),
    f"POST {PERSON}/merge": admin(),
    f"POST /api/merges/<{INT}:merge>/undo": admin(),
    f"GET /files/contact/<{INT}:contact>/picture": contact(quietly=True),
    # oneself, and one another
    "GET /api/agents": signed_in(),
    "GET /api/board": supervisor(),
    "GET /api/warnings": signed_in(),
    "GET /api/me": signed_in(),
    "PUT /api/me/presence": signed_in(body={"presence": "available"}),
    f"PUT /api/people/<{INT}:person>/presence": supervisor(body={"presence": "available"}),
    "GET /api/ratings": supervisor(),
    "GET /api/ratings.csv": supervisor(),
    "POST /api/me": signed_in(body={"language": "id"}, status=204),
    "POST /api/ticket": signed_in(),
    "POST /api/me/password": signed_in(status=422, body={"old": "tidak tahu", "password": "pendek"}),
    "POST /api/confirm": signed_in(body={"password": "correct horse battery"}),
    # what admins look after
    "GET /api/unmatched": admin(),
    "GET /api/aside": admin(),
    f"POST /api/aside/<{INT}:id_>/retry": admin(),
    "GET /api/people": admin(),
    "POST /api/people": admin(confirmed=True),
    f"GET {SOMEBODY}": admin(),
    f"PATCH {SOMEBODY}": admin(confirmed=True),
    f"POST {SOMEBODY}/password": admin(confirmed=True),
    f"DELETE {SOMEBODY}/sessions": admin(confirmed=True),
    "GET /api/teams": admin(),
    "POST /api/teams": admin(confirmed=True),
    f"PATCH {ONE_TEAM}": admin(confirmed=True),
    f"PUT {ONE_TEAM}/members/<{INT}:person>": admin(confirmed=True),
    f"DELETE {ONE_TEAM}/members/<{INT}:person>": admin(confirmed=True),
    f"PUT {CHANNEL}/team": admin(confirmed=True),
    "GET /api/channels": admin(),
    "POST /api/channels": admin(confirmed=True),
    f"GET {CHANNEL}": admin(),
    f"PATCH {CHANNEL}": admin(confirmed=True),
    f"DELETE {CHANNEL}": admin(confirmed=True),
    f"POST {CHANNEL}/connect": admin(),
    f"POST {CHANNEL}/logout": admin(confirmed=True),
    f"POST {CHANNEL}/pairing-code": admin(confirmed=True),
    f"GET {CHANNEL}/qr": admin(),
    f"POST {CHANNEL}/refresh": admin(),
    f"POST {CHANNEL}/restart": admin(),
    f"POST {CHANNEL}/templates": admin(),
    f"POST {CHANNEL}/test": admin(confirmed=True),
    "GET /api/journal": admin(),
    "GET /api/journal/now": admin(),
    "GET /api/journal/list/<name>": admin(),
    "POST /api/journal/replay": admin(),
    "POST /api/journal/timers": admin(),
    f"POST /api/journal/channels/<{INT}:id_>/hurry": admin(),
    f"POST /api/journal/channels/<{INT}:id_>/known": admin(),
    f"POST /api/journal/messages/<{INT}:id_>/check": admin(),
    f"POST /api/journal/messages/<{INT}:id_>/resend": admin(),
    # what supervisors look after, too
    "GET /inbox/hours": supervisor(),
    "GET /api/hours": supervisor(),
    "POST /api/hours": supervisor(body={"name": "@new"}, status=201),
    f"PUT /api/hours/<{INT}:id_>": supervisor(status=404, detail=NO_HOURS, body=HOURS),
    f"POST /api/hours/<{INT}:id_>/holidays": supervisor(
        status=404, detail="there are no such hours", body={"year": 2027}
    ),
    f"PUT /api/hours/teams/<{INT}:id_>": supervisor(status=404, detail="there is no such team", body=TEAM),
    # doors of programs
    "GET /live": anyone(),
    "GET /ready": anyone(),
    "GET /metrics": collector(),
    "GET /webhook/<kind>": provider(),
    "POST /webhook/<kind>": provider(),
    "GET /webhook/<kind>/<key>": provider(),
    "POST /webhook/<kind>/<key>": provider(),
    "GET /widget": anyone(),
    "GET /widget.js": anyone(),
    "POST /widget/api/session": anyone(),
    "GET /widget/api/messages": visitor(),
    "POST /widget/api/messages": visitor(),
    "POST /widget/api/seen": visitor(),
    "POST /widget/api/typing": visitor(),
    "POST /widget/api/ticket": visitor(),
    "GET /ws/inbox": ticket(),
    "GET /ws/widget": ticket(),
}
