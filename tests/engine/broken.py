"""Broken files, each with what the checker must find: `¶` stands where, and nothing else may be found.

(code, steps) or (code, steps, triggers) of a flow called `main`; a text that begins with `flow:` is a whole file.
"""

# ruff: noqa: E501  (one entry a line reads as a table)

P = "\np: {handoff: true}"
ASK = "a: {ask: {prompt: '?', save: n, invalid: {then: p}%s}}" + P
MENU = "a: {menu: {prompt: '?', options: [%s], invalid: {then: p}}}" + P
OTHERWISE = "[{otherwise: true}, %s]"
X = "a: {say: x}"
CALL = (
    "a: {call: {%s}}\nb: {say: 'y{{n}}', end: true}\n"
    "c: {ask: {prompt: '?', save: x, invalid: {then: p}}}\nd: {say: z, end: true}" + P
)

READING = [
    ("yaml", "a: {say: x}¶}"),
    ("yaml-alias", "a: {say: ¶*x}"),
    ("yaml-anchor", "a: {say: ¶&x y}"),
    ("yaml-tag", "a: {say: ¶!!str x}"),
    ("yaml-merge", "a: {¶<<: {say: x}}"),
    ("yaml-twice", "a: {say: x, ¶say: y}"),
    ("yaml-twice", "a: {say: x}\n¶a: {say: y}"),
    ("yaml-key", "a: {¶[x]: y}"),
    ("yaml-documents", "flow: x\n¶---\nflow: y\n"),
    ("yaml-empty", "flow:¶"[5:] + "# nothing\n"),
]

SHAPE = [
    ("shape-unknown", "a: {¶sya: halo}"),
    ("shape-unknown", "a: {say: [{¶image: x.png}]}"),
    ("shape-unknown", ASK.replace("save: n", "save: n, ¶choices: [x]") % ""),
    ("shape-unknown", X, "[{otherwise: true, ¶keyword: x}]"),
    ("shape-unknown", "flow: main\n¶step: {}\ntriggers: [{otherwise: true}]\nsteps: {a: {say: x}}\n"),
    ("shape-unknown", "a: {say: {¶fr: Bonjour, id: Halo}}"),
    ("shape-required", "a: {¶ask: {prompt: '?', save: n}}"),
    ("shape-required", "a: {ask: {prompt: '?', save: n, ¶invalid: {retries: 1}}}"),
    ("shape-required", ASK.replace("¶", "").replace("a: {ask", "a: {¶ask") % ", as: choice"),
    ("shape-required", "a: {¶menu: {options: [{key: 1, label: A, go: p}], invalid: {then: p}}}" + P),
    ("shape-required", MENU % "¶{key: 1, label: A}"),
    ("shape-required", "a: {branch: [¶{go: p}]}" + P),
    ("shape-empty", "a: {say: ¶''}"),
    ("shape-empty", "a: {say: ¶[]}"),
    ("shape-empty", MENU.replace("[%s]", "¶[]")),
    ("shape-empty", X, OTHERWISE % "{keywords: ¶[]}"),
    ("shape-type", "a: {say: [1, ¶[2]]}"),
    ("shape-type", "a: {say: x, end: ¶yes}"),
    ("shape-type", "a: {handoff: ¶yes}"),
    ("shape-type", X, "¶x"),
    ("shape-type", X, OTHERWISE % "{keywords: x, priority: ¶high}"),
    ("shape-range", X, OTHERWISE % "{keywords: x, priority: ¶5000}"),
    ("shape-range", ASK.replace("{then: p}", "{then: p, retries: ¶50}") % ""),
    ("shape-name", "¶a b: {say: x}"),
    ("shape-name", "a: {set: {¶a-b: 1}, say: x}"),
    ("shape-choice", "a: {handoff: {priority: ¶highest}}"),
    ("shape-choice", ASK % ", as: ¶dat"),
    ("duration", ASK % ", timeout: {after: ¶30 m, go: p}"),
    ("duration", ASK % ", timeout: {after: ¶1.5h, go: p}"),
    ("duration", ASK % ", timeout: {after: ¶setengah jam, go: p}"),
]

VALUES = [
    ("expression-value", ASK % ", where: n >¶"),
    ("expression-extra", ASK % ", where: n ¶n"),
    ("expression-sign", ASK % ", where: n ¶? 1"),
    ("expression-needs", ASK % ", where: (n > 1¶"),
    ("unknown-function", ASK % ", where: ¶lenght(n) > 1"),
    ("function-values", ASK % ", where: ¶length() > 1"),
    ("pattern", ASK % """, where: 'matches(n, ¶"(x")'"""),
    ("pattern", ASK % """, where: 'matches(n, ¶"(?=x)")'"""),
    ("pattern-written", ASK % ", where: 'matches(n, ¶n)'"),
    ("duration", ASK % """, where: 'n > duration(¶"1 jam")'"""),
    ("pattern", X, OTHERWISE % "{pattern: ¶'[a-'}"),
    ("pattern", X, OTHERWISE % r"{pattern: ¶'(x)\1'}"),
    ("pattern", X, OTHERWISE % "{pattern: ¶'(?!x)'}"),
    ("unknown-filter", "a: {say: 'Halo {{contact.name|¶titel}}'}"),
    ("braces", "a: {say: 'Halo ¶{{contact.name}'}"),
    ("hole", "a: {say: 'Halo {{¶}}'}"),
    ("unknown-variable", "a: {say: 'Halo {{¶nmae}}'}"),
    ("unknown-variable", ASK % ", where: ¶m > 1"),
    ("unknown-variable", X, "[{otherwise: true}, {keywords: x, when: ¶vip}]"),
    ("text-long", "a: {say: ¶" + "x" * 4097 + "}"),
    ("language", "a: {say: ¶{id: Halo}}"),
    ("language", ASK.replace("'?'", "¶{en: Yes}") % ""),
    ("unset", "a: {say: 'Halo {{¶n}}', set: {m: 1}}\nb: {set: {n: 1}, say: '{{m}}'}"),
    ("unset", "a: {set: {n: = ¶m + 1, m: 1}, say: x}"),
    ("unset", "a: {branch: [{when: hours.open, go: b}, {otherwise: true, go: c}]}\nb: {set: {n: 1}}\nc: {say: '{{¶n}}'}"),
    ("unset", "a: {ask: {prompt: '?', save: n, invalid: {then: p}}}\nb: {say: x, end: true}\np: {note: '{{¶n}}', handoff: true}"),
    ("unset", ASK.replace("p: {", "p: {note: 'x{{¶n}}', ") % ", timeout: {after: 5m, go: p}"),
    ("unset", "a: {say: '{{¶code}}'}", "[{otherwise: true}, {pattern: 'x(?P<code>[0-9])'}]"),
    ("unset", "a: {branch: [{when: ¶n > 1, go: b}, {otherwise: true, go: b}]}\nb: {set: {n: 2}, say: '{{n}}'}"),
]  # fmt: skip

WAYS = [
    ("unknown-step", "a: {say: x, go: ¶b}"),
    ("unknown-step", "a: {say: x, go: ¶main.b}"),
    ("unknown-flow", "a: {say: x, go: ¶b.c}"),
    ("unknown-step", ASK.replace("then: p", "then: ¶q") % "" + "\nq2: {say: x}", "[{otherwise: true}]", "unreachable q2"),
    ("unknown-step", MENU % "{key: 1, label: A, go: ¶nowhere}"),
    ("unknown-step", ASK % ", timeout: {after: 5m, go: ¶pp}"),
    ("unknown-step", "a: {branch: [{when: true, go: ¶x1}, {otherwise: true, go: b}]}\nb: {say: x}"),
    ("circle", "a: {say: x, go: ¶a}"),
    ("circle", "a: {say: x}\nb: {say: y, go: ¶a}"),
    ("circle", "a: {say: x, go: c}\nb: {say: y, go: ¶a}\nc: {say: z, go: b}"),
    ("circle", "a: {branch: [{when: 1 == 1, go: ¶a}, {otherwise: true, go: b}]}\nb: {say: x}"),
    ("branch-otherwise", "a: {branch: ¶[{when: 1 == 1, go: b}]}\nb: {say: x}"),
    ("branch-otherwise", "a: {branch: [¶{otherwise: true, go: b}, {when: true, go: b}]}\nb: {say: x}"),
    ("two-controls", "a: {say: x, go: b, ¶end: true}\nb: {say: x}"),
    ("unreachable", "a: {say: x, end: true}\n¶b: {say: y}"),
    ("unreachable", "a: {say: x, go: c}\n¶b: {say: y}\nc: {say: z}"),
    ("silence", "¶a: {end: true}"),
    ("silence", "a: {set: {n: 1}, go: c}\n¶c: {label: x}"),
    ("silence", ASK.replace("p: {", "b: {say: x, end: true}\n¶c: {set: {m: 1}, end: true}\np: {").replace("then: p", "then: c")
     % ", timeout: {after: 5m, go: p}"),
    ("silence", "a: {branch: [{when: hours.open, go: b}, {otherwise: true, go: c}]}\nb: {say: x}\n¶c: {label: x}"),
    ("no-way-out", "¶a: {ask: {prompt: '?', save: n, invalid: {then: a}}}\nb: {go: a}"),
    ("no-way-out", "¶a: {menu: {prompt: '?', options: [{key: 1, label: A, go: b}], invalid: {then: a}}}\nb: {say: x, go: a}"),
    ("no-person", "¶a: {ask: {prompt: '?', save: n, invalid: {then: b}}}\nb: {say: x}"),
    ("no-person", "¶q0: {ask: {prompt: '?', save: a, invalid: {then: q1}}}\n" + "\n".join(
        f"q{n}: {{ask: {{prompt: '?', save: a, invalid: {{then: q{n + 1}}}}}}}" for n in range(1, 6)) + "\nq6: {handoff: true}"),
    ("unknown-flow", "a: {say: x, call: {flow: ¶nowhere}}"),
    ("unknown-step", "a: {say: x, call: {flow: ¶main.bb}}\nb: {say: y, end: true}"),
    ("unknown-saved", CALL.replace("{{n}}", '{{n|default:"x"}}') % "flow: main.c, save: {n: ¶m}"),
    ("shape-required", "a: {¶call: {with: {n: 1}}}"),
    ("shape-name", "a: {call: {flow: main, with: {¶a-b: 1}}}"),
    ("shape-name", "a: {call: {flow: main, save: {n: ¶a-b}}}"),
    ("circle", "a: {say: x, call: {flow: ¶main.a}}"),
    ("circle", "a: {say: x, call: {flow: main.b}, set: {n: 1}}\nb: {branch: [{when: hours.open, go: c}, {otherwise: true, go: d}]}\n"
     "c: {say: z, end: true}\nd: {call: {flow: ¶main.b}}"),
    ("circle", "a: {say: x, call: {flow: main.c}}\nb: {say: y, go: ¶a}\nc: {label: z, end: true}"),
    ("unreachable", "a: {call: {flow: main.p}}\n¶b: {say: y, end: true}" + P),
    ("unset", CALL.replace("{{n}}", "{{¶n}}").replace("then: p", "then: d, retries: 0}, timeout: {after: 5m, go: p") % "flow: main.c, save: {n: x}"),
    ("unset", CALL.replace("{{n}}", "").replace("a: {", "a: {set: {m: 1}, ").replace("'?'", "'{{¶m}}'") % "flow: main.c, with: {x: 1}"),
    ("unset", CALL.replace("a: {", "a: {set: {n: 1}, ").replace("{{n}}", "{{¶n}}").replace("then: p", "then: d, retries: 0}, timeout: {after: 5m, go: p") % "flow: main.c, save: {n: x}"),
    ("silence", "a: {call: {flow: main.c}}\n¶b: {label: y, end: true}\nc: {ask: {prompt: '?', save: x, invalid: {then: p}}}\nd: {label: z, end: true}" + P),
    ("burst-time", ASK % ", burst: {merge: ¶61s}"),
    ("burst-time", ASK % ", burst: {last: ¶0s}"),
    ("shape-choice", ASK % ", burst: ¶all"),
    ("timeout-zero", ASK % ", timeout: {after: ¶0m, go: p}"),
    ("timeout-late", ASK % ", timeout: {after: ¶24h, go: p}"),
    ("timeout-late", ASK % ", timeout: {after: ¶7d, go: p}"),
]  # fmt: skip

WORDS = [
    ("option-twice", MENU % "{key: 1, label: A, go: p}, {key: ¶1, label: B, go: p}"),
    ("option-twice", MENU % "{key: 1, label: A, go: p, words: [x]}, {key: 2, label: B, words: [¶x], go: p}"),
    ("option-twice", MENU % "{key: 1, label: A, go: p, words: [Café]}, {key: 2, label: B, words: [y, ¶cafe], go: p}"),
    ("label-twice", ASK % ", as: choice, choices: [x, ¶X]"),
    ("label-twice", MENU % "{key: 1, label: Harga, go: p}, {key: 2, label: ¶Harga, go: p}"),
    ("label-long", MENU % "{key: 1, label: ¶Tanya harga dan stok barang, go: p}"),
    ("label-long", MENU % ", ".join(f"{{key: {n}, label: Pilihan nomor {n}{' yang panjang' * (n == 4)}, go: p}}"
                                    .replace("label: P", "label: ¶P" if n == 4 else "label: P") for n in range(1, 5))),
    ("options-many", MENU % ", ".join(f"{{key: {n}, label: {'¶' * (n == 11)}Pilihan {n}, go: p}}" for n in range(1, 12))),
    ("option-person", ASK % ", as: choice, choices: [Kasir, ¶Admin]"),
    ("option-interrupted", MENU % "{key: 1, label: ¶Menu utama, go: p}", OTHERWISE % "{keywords: menu, interrupt: true}"),
    ("option-interrupted", ASK % ", as: choice, choices: [¶Stop saja]", OTHERWISE % "{keywords: stop, interrupt: true}"),
    ("keyword-twice", X, OTHERWISE % "{keywords: [halo, ¶Halo]}"),
    ("keyword-twice", X, OTHERWISE % "{keywords: [¶halo]}, {keywords: halo, priority: 3}"),
    ("keyword-twice", X, OTHERWISE % "{starts_with: cek}, {starts_with: [¶cek]}"),
    ("keyword-twice", X, OTHERWISE % "{payload: A}, {payload: ¶A}"),
    ("keyword-twice", X, OTHERWISE % "{pattern: a+}, {pattern: ¶a+}"),
    ("keyword-person", X, OTHERWISE % "{keywords: [harga, ¶CS]}"),
    ("keyword-empty", X, OTHERWISE % "{keywords: ¶'?!'}"),
    ("no-otherwise", "flow: ¶main\ntriggers: [{keywords: x}]\nsteps: {a: {say: x}}\n"),
    ("two-otherwise", X, "[{otherwise: true}, {¶otherwise: true}]"),
    ("no-trigger", "flow: ¶main\ntriggers: []\nsteps: {a: {say: x}}\n", None, "no-otherwise"),
    ("trigger-empty", X, OTHERWISE % "¶{priority: 1}"),
    ("return-alone", X, OTHERWISE % "{keywords: x, return: ¶true}"),
]  # fmt: skip

BROKEN = [*READING, *SHAPE, *VALUES, *WAYS, *WORDS]
