"""The dialogue that engines are measured with is answered as expected."""

import json
from pathlib import Path

from tests.engine.chat import LIFECYCLE, Chat

HERE = Path(__file__).parent


def test_the_measured_dialogue_is_answered_as_expected():
    dialogue = json.loads((HERE / "dialogue.json").read_text(encoding="utf-8"))
    texts = dialogue["texts"]
    chat = Chat({"lifecycle.yaml": LIFECYCLE, "dialogue.yaml": (HERE / "dialogue.yaml").read_text(encoding="utf-8")})
    for message, expected in zip(dialogue["script"], dialogue["expected"], strict=True):
        wanted = [texts[name].format(name="Budi Santoso", order="AB-12345") for name in expected]
        assert [said.splitlines()[0] for said in chat.says(message)] == wanted
    assert chat.mode == "AGENT"
