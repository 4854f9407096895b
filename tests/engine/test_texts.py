"""Texts with holes; what a contact wrote is data and is never read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roms.engine.template import compile_template
from tests.engine.chat import Chat, flow_files
from tests.engine.test_expressions import Known

INJECTIONS = [
    "{{config}}", "{{contact.phone}}", "{{name}}", "{0.__class__}", "{c.__init__.__globals__[X]}", "${7*7}", "#{7*7}",
    "{% for x in y %}", "{{ ''.__class__.__mro__ }}", "%(name)s", "%s%s%n", "{{name|upper}}", "}}{{", "{{", "}}",
    "\\{{a}}",
    "{{name|default:\"{{name}}\"}}", "<script>alert(1)</script>", "$(rm -rf /)", "`id`", "'; DROP TABLE message; --",
]  # fmt: skip


@pytest.mark.parametrize("typed", INJECTIONS)
def test_what_a_contact_types_comes_back_as_typed(typed):
    steps = """
ask: {ask: {prompt: Nama?, save: name, invalid: {then: ask}}}
copy: {set: {again: "{{name}}"}, say: "Halo {{again}}!", note: "{{again}} / {{message.text}}", end: true}
"""
    chat = Chat(flow_files(steps), phone="+62", name=typed)
    chat.says("x")
    assert chat.says(typed) == [f"Halo {typed}!"]
    assert chat.last.effects[0].text == f"{typed} / {typed}"


@pytest.mark.parametrize("typed", INJECTIONS)
def test_a_contacts_name_is_data(typed):
    assert Chat(flow_files("a: {say: 'Hai {{contact.name}}', end: true}"), name=typed).says("x") == [f"Hai {typed}"]


@given(st.text(alphabet="{}|:\"' ab", max_size=40))
def test_any_value_is_rendered_as_it_is(value):
    assert compile_template("<{{a}}>").render(Known({"a": value})) == f"<{value}>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ name }}", "budi santoso"), ("{{name|title}}", "Budi Santoso"), ("{{name|upper}}", "BUDI SANTOSO"),
        ("{{name|capitalize}}", "Budi santoso"), ("{{name | title | lower}}", "budi santoso"), ("{{none}}", ""),
        ("{{none|default:'Kak'}}", "Kak"), ('{{none|default:"Kak"|upper}}', "KAK"), ("{{empty|default:'x'}}", "x"),
        ("{{zero|default:'x'}}", "0"), ("{{price|rupiah}}", "Rp1.250.000"), ("{{debt|rupiah}}", "-Rp500"),
        ("{{price|number}}", "1.250.000"), ("{{half|number}}", "0,5"), ("{{name|rupiah}}", "budi santoso"),
        ("{{phone|phone}}", "+62 812-3456-7890"), ("{{name|phone}}", "budi santoso"), ("{{yes|yes_no}}", "ya"),
        ("{{yes|yes_no:'yes,no'}}", "yes"), ("{{yes}}", "true"), ("{{wide|trim}}", "a b"), ("{{deep}}", ""),
        ("{{deep.a}}", "1"), ("{{two}}", "2"), ("{ {name} }", "{ {name} }"),
    ],
)  # fmt: skip
def test_filters_shape_a_value(text, shown):
    values = {"name": "budi santoso", "empty": "", "zero": 0, "price": 1250000, "debt": -500, "half": 0.5, "two": 2.0,
              "phone": "+6281234567890", "yes": True, "wide": " a  b ", "deep": {"a": 1}}  # fmt: skip
    assert compile_template(text).render(Known(values)) == shown
