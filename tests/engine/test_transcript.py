"""Whatever contacts wrote, a recorded conversation can be read as a test, and passes."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roms.engine.events import MessageReceived
from roms.engine.flowfile import compile_release
from roms.engine.rehearsal import run
from roms.engine.replay import Past, Record
from roms.engine.script import scripts
from roms.engine.transcript import anonymous, transcript
from roms.engine.types import Mode
from tests.engine.chat import NOON, flow_files, shipped
from tests.engine.pictures import named_in

RELEASE = compile_release(shipped())
LIKE_YAML = ["no", "yes", "1e5", "0x1", "12:30", "~", "null", "- a", "a: b", "\u2028", "\x85", "a\n b\n", "1_000", "<<"]
TEXTS = st.text(max_size=20) | st.sampled_from([*LIKE_YAML, "halo", "3", "menu", "ORD-12345"])


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=6), st.text(max_size=10))
def test_whatever_was_written_can_be_recorded(texts, name):
    contact = {"name": name, "first_name": name.split(" ")[0], "phone": "", "language": "id"}
    past = [
        Past(NOON + timedelta(seconds=900.5 * number), MessageReceived(text), contact, (), "", Mode.BOT)
        for number, text in enumerate(texts)
    ]
    record = Record("x", NOON, Mode.BOT, {"kind": "whapi", "name": "a"}, past, frozenset())
    (test,) = scripts({"tests/a.yaml": transcript(RELEASE, record, "as it went")})
    assert run(RELEASE, test).mismatches == []


SHOW = """
ask: {say: [{image: media/a.png}], ask: {prompt: Fotonya?, save: proof, as: image, invalid: {then: p}}}
where: {ask: {prompt: Di mana?, save: home, as: location, invalid: {then: p}}}
done: {say: "Terima kasih", end: true}
p: {handoff: true}
"""


def test_pictures_and_places_are_recorded_without_what_they_tell_of_the_contact():
    release = compile_release({**flow_files(SHOW), **named_in(SHOW)})
    picture = {"kind": "image", "name": "Siti 081234567890.jpg", "caption": "dari Siti", "id": "m1"}
    home = {"kind": "location", "latitude": -6.9, "longitude": 107.6, "name": "Rumah Siti"}
    events = [
        MessageReceived("halo"),
        MessageReceived("[image] Siti.jpg dari Siti", None, "image", picture),
        MessageReceived("[location] Rumah Siti", None, "location", home),
    ]
    contact = {"name": "Siti", "first_name": "Siti", "phone": "", "language": "id"}
    past = [Past(NOON + timedelta(seconds=n), event, contact, (), "", Mode.BOT) for n, event in enumerate(events)]
    record = Record("x", NOON, Mode.BOT, {"kind": "whapi", "name": "a"}, past, frozenset())
    text = transcript(release, record, "as it went")
    assert "Siti" not in text
    assert "6.9" not in text
    assert "image: media/a.png" in text
    (test,) = scripts({"tests/a.yaml": text})
    result = run(release, test)
    assert (result.mismatches, "Terima kasih" in text) == ([], True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hubungi siti.a@example.org ya", "hubungi budi@example.com ya"),
        ("WA saya +62 812-3456-7890", "WA saya 0812 0000 0000"),
        ("ORD-12345678, 25000, jam 12.30", "ORD-12345678, 25000, jam 12.30"),
    ],
)
def test_addresses_and_long_numbers_are_replaced_and_answers_stay(text, shown):
    assert anonymous(text, None) == shown
