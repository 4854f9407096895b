"""Publishing with people mid-flow: who stands where, and what becomes of them. The way between folder and system."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from roms.config import ROOT
from roms.db import db
from roms.engine.flowfile import release_hash
from roms.engine.types import Mode
from roms.models import History, Message
from roms.services import moving, publishing, releases, teams_named
from tests.cast import conversation, say, texts

FLOWS = publishing.files_in(ROOT / "flows")
GREET = "Halo {{contact.first_name"


def changed(*replacements):
    shop = FLOWS["shop.yaml"]
    for old, new in replacements:
        assert old in shop
        shop = shop.replace(old, new)
    return {**FLOWS, "shop.yaml": shop}


CHOICE = changed(("Info harga", "Daftar harga"))
GONE = changed(("\n  choose:", "\n  pick:"), ("go: choose", "go: pick"))


def folder_with(files, folder):
    (folder / "media").mkdir(exist_ok=True, parents=True)
    for name, value in files.items():
        (folder / name).write_bytes(value.encode() if isinstance(value, str) else value)
    return str(folder)


@pytest.fixture
def run(app, cast):
    teams_named.have(teams_named.of_newest())
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["flows", *words])


@pytest.fixture
def waiting(client, cast, clock):
    """Two people at the main menu, one at the order number."""
    say(client, "halo")
    say(client, "halo", sender="628111")
    say(client, "resi", sender="628222")
    return client


def history(sender="6281234567890"):
    rows = select(History.data).where(History.conversation_id == conversation(sender).id, History.event == "release")
    return list(db.session.scalars(rows))


def test_publishing_says_who_stands_on_a_changed_step_and_lets_them_stay(run, waiting, tmp_path):
    answer = run("publish", folder_with(CHOICE, tmp_path / "new"))
    assert answer.output.splitlines() == [
        "step shop.choose: label changed; 2 people stand there",
        "release 2 is live",
        "they stay on theirs until their talk ends",
    ]
    assert conversation().state["release"] == 1
    assert history() == []


def test_people_move_in_silence_to_the_same_question(run, waiting, tmp_path):
    before = len(texts())
    answer = run("push", folder_with(CHOICE, tmp_path / "new"), "--people", "move")
    assert answer.output.endswith("2 moved to it\n")
    assert conversation().state["release"] == 2
    assert len(texts()) == before
    assert history() == [{"plan": "move", "from": 1, "to": 2, "step": "shop.choose"}]
    assert conversation("628222").state["release"] == 1  # stands on a step that did not change
    say(waiting, "1")
    assert "Daftar harga" in texts()[-1][1]


def test_where_the_question_is_gone_the_flows_first_one_is_put(run, waiting, tmp_path):
    answer = run("publish", folder_with(GONE, tmp_path / "new"), "--people", "move")
    assert "step shop.choose: removed; 2 people stand there" in answer.output
    assert conversation().state["place"] == "shop.pick"
    assert texts()[-1][1].startswith("Ada yang bisa kami bantu?")


def test_where_the_flow_is_gone_the_next_message_begins_anew(run, waiting, tmp_path):
    shop = FLOWS["shop.yaml"].replace("go: order.number", "go: person")
    files = {**FLOWS, "shop.yaml": shop}
    del files["order.yaml"]
    assert run("publish", folder_with(files, tmp_path / "new"), "--people", "move").exit_code == 0
    assert "place" not in conversation("628222").state
    say(waiting, "halo", sender="628222")
    assert conversation("628222").state["place"] == "shop.choose"


def test_people_are_handed_to_a_person_and_told(run, waiting, tmp_path):
    answer = run("publish", folder_with(CHOICE, tmp_path / "new"), "--people", "handoff")
    assert answer.output.endswith("2 handed to a person\n")
    assert conversation().mode is Mode.AGENT
    assert conversation().assignee_id is not None
    assert "sambungkan dengan CS" in texts()[-1][1]
    assert history("628111")[0]["plan"] == "handoff"
    assert conversation("628222").mode is Mode.BOT


def test_a_paused_conversation_is_moved_without_a_word_and_not_handed_over(run, waiting, cast, tmp_path):
    from roms.services import handoff

    handoff.pause(cast.admin, conversation().public_id)
    said = len(texts())
    run("publish", folder_with(CHOICE, tmp_path / "new"), "--people", "handoff")
    assert conversation().mode is Mode.PAUSED
    run("rollback", "1", "--people", "move")
    assert (conversation().mode, len(texts())) == (Mode.PAUSED, said)


def test_all_are_moved_in_batches_of_any_size_and_only_once(run, waiting, tmp_path, monkeypatch):
    monkeypatch.setattr(moving, "BATCH", 1)
    publishing.publish(CHOICE)
    assert moving.carry_out("move") == 2
    assert moving.carry_out("move") == 0
    assert len(history()) == 1


def test_rolling_back_publishes_the_old_files_as_a_new_release(run, waiting, tmp_path):
    run("publish", folder_with(CHOICE, tmp_path / "new"), "--comment", "prices")
    assert "release 3 is live" in run("rollback", "1").output
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["3", "2", "1"]
    assert lines[0].split()[1] == lines[2].split()[1] == release_hash(FLOWS)[:12]
    assert lines[0].endswith("back to release 1")
    assert "3 in it" in lines[2]
    assert run("rollback", "9").exit_code == 1


def test_diff_speaks_of_text_and_of_meaning(run, waiting, tmp_path):
    new = folder_with(changed(("Rp78.000", "Rp79.000"), ("after: 30m", "after: 20m")), tmp_path / "new")
    output = run("diff", "1", new).output
    assert "+          • Kopi Gayo 250 g Rp79.000" in output
    assert "step shop.choose: timeout changed; 2 people stand there" in output
    assert "step shop.prices: text changed\n" in output
    assert run("diff").output == ""
    assert run("diff", "7").exit_code == 1
    assert run("diff", "nowhere").exit_code == 1


def test_what_is_pulled_and_pushed_again_has_the_same_hash(run, cast, tmp_path):
    folder = tmp_path / "taken"
    assert release_hash(FLOWS)[:12] in run("pull", str(folder)).output
    assert release_hash(publishing.files_in(folder)) == release_hash(FLOWS)
    assert "nothing has changed since release 1" in run("push", str(folder)).output
    assert run("pull", "1", str(folder)).exit_code == 0
    assert run("pull", "x", str(folder)).exit_code == 2


def test_pulling_never_touches_flow_files_the_release_does_not_have(run, cast, tmp_path):
    (tmp_path / "mine.yaml").write_text("flow: mine\n")
    answer = run("pull", str(tmp_path))
    assert (answer.exit_code, "mine.yaml" in answer.output) == (1, True)
    assert [path.name for path in tmp_path.glob("*.yaml")] == ["mine.yaml"]


def test_a_broken_folder_is_refused_in_indonesian_and_moves_nobody(run, waiting, tmp_path):
    broken = changed(("go: prices", "go: pricess"))
    answer = run("push", folder_with(broken, tmp_path / "new"), "--people", "move", "--lang", "id")
    assert answer.exit_code == 1
    assert "tidak ada langkah `pricess`; mungkin maksudnya `prices`?" in answer.output
    assert releases.files_of()[0] == 1
    checked = run("check", str(tmp_path / "new"), "--lang", "id")
    assert (checked.exit_code, "kesalahan" in checked.output) == (1, True)
    assert "tidak ada kesalahan" in run("check", "--lang", "id").output


def test_messages_of_a_move_carry_the_new_release(run, waiting, tmp_path):
    run("publish", folder_with(GONE, tmp_path / "new"), "--people", "move")
    newest = select(Message.why).where(Message.conversation_id == conversation().id).order_by(Message.seq.desc())
    why = db.session.scalars(newest).first()
    assert (why["release"], why["step"], why["rule"]) == (2, "pick", "moved to a new release")


def test_who_has_moved_on_since_we_looked_is_left_alone(run, waiting):
    people = releases.standing()
    publishing.publish(CHOICE)
    wanted = frozenset(releases.affected(CHOICE, people))
    ids = sorted(cid for where in wanted for cid in people[where])
    say(waiting, "3")
    assert moving._batch("move", ids, wanted, 2) == 1
    assert (conversation().state["place"], history()) == ("order.number", [])


SUB = "flow: address\nsteps: {q: {ask: {prompt: Jalan?, save: street, invalid: {then: shop.person}}}, b: {end: true}}\n"
MAIN = "flow: send\ntriggers: [{keywords: antar}]\nsteps:\n  a: {call: {flow: address, save: {street: street}}}\n"
WITH_CALL = {**FLOWS, "address.yaml": SUB, "send.yaml": MAIN + "  b: {say: 'Ke {{street}}.', end: true}\n"}
NEW_CALLER = {**WITH_CALL, "send.yaml": WITH_CALL["send.yaml"].replace("a: {call", "a: {note: x, call")}
NO_CALLER = {**WITH_CALL, "send.yaml": WITH_CALL["send.yaml"].replace("  a: {call", "  c: {call")}


@pytest.mark.parametrize(
    ("files", "change", "said"),
    [(NEW_CALLER, "note changed", "Ke Mawar."), (NO_CALLER, "removed", "Jalan?")],
    ids=["changed", "removed"],
)
def test_whoever_is_in_a_sub_flow_stands_on_the_step_that_called_it_too(run, client, tmp_path, files, change, said):
    publishing.publish(WITH_CALL)
    say(client, "antar")
    before = len(texts())
    output = run("publish", folder_with(files, tmp_path / "new"), "--people", "move").output
    assert f"step send.a: {change}; 1 person stands there" in output
    assert output.endswith("1 moved to it\n")
    assert [each["step"] for each in history()] == ["send.a"]
    if change == "removed":  # begun anew where the caller's flow has a question; it has none, so with the next message
        assert "place" not in conversation().state
        say(client, "antar")
        assert texts()[-1] == ("bot", said)
    else:
        assert len(texts()) == before
        say(client, "Mawar")
        assert texts()[-1] == ("bot", said)
    assert "1 in it" in run("list").output or "place" not in conversation().state


def test_thirty_who_ask_at_the_same_moment_after_a_start_wait_for_one_compilation(app, cast, monkeypatch):
    compile_release, compiled = publishing.flowfile.compile_release, []

    def slowly(*given):
        compiled.append(given)
        time.sleep(0.1)
        return compile_release(*given)

    def ask(_number):
        with app.app_context():
            try:
                return publishing.newest().number
            finally:
                db.session.remove()

    app.extensions.pop("roms.releases", None)
    monkeypatch.setattr(publishing.flowfile, "compile_release", slowly)
    with ThreadPoolExecutor(30) as several:
        assert set(several.map(ask, range(30))) == {1}
    assert len(compiled) == 1
