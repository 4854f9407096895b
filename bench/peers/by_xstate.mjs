// The dialogue on xstate 5: the whole state in its own snapshot, which goes through JSON at every turn.
// node by_xstate.mjs FOLDER-WITH-node_modules DIALOGUE.json; the same words on standard input and output as loop.py.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [folder, file] = process.argv.slice(2);
const { assign, createActor, createMachine } = createRequire(folder + "/")("xstate");
const data = JSON.parse(readFileSync(file, "utf8"));
const MENUS = {
  menu: { 1: "prices", 2: "location", 3: "human", 4: "ask_name" },
  prices: { 1: "products", 2: "shipping", 0: "menu" },
  products: { 1: "basic", 2: "pro", 0: "prices" },
  location: { 1: "jakarta", 2: "bandung", 0: "menu" },
};
const ANSWERS = new Set(["basic", "pro", "shipping", "jakarta", "bandung"]);
const FORMS = {
  ask_name: ["name", "ask_order", "bad_name", new RegExp(data.name_re)],
  ask_order: ["order", "done", "bad_order", new RegExp(data.order_re)],
};

const go = (target) => {
  if (target === "human") return { target: "agent", actions: assign({ said: ["handoff"], misses: 0 }) };
  if (ANSWERS.has(target) || target === "done")
    return { target: "menu", actions: assign({ said: [target, "menu"], misses: 0 }) };
  return { target, actions: assign({ said: [target], misses: 0 }) };
};

const asked = (name, ways, sorry) => ({
  on: {
    message: [
      { guard: ({ event }) => event.text === "menu", ...go("menu") },
      ...ways,
      { guard: ({ context }) => context.misses >= 1, ...go("human") },
      { actions: assign({ said: sorry, misses: ({ context }) => context.misses + 1 }) },
    ],
  },
});

const states = { start: { on: { message: go("menu") } }, agent: { on: { message: { actions: assign({ said: [] }) } } } };
for (const [menu, choices] of Object.entries(MENUS)) {
  const ways = Object.entries(choices).map(([key, target]) => ({ guard: ({ event }) => event.text === key, ...go(target) }));
  states[menu] = asked(menu, ways, ["sorry", menu]);
}
for (const [form, [name, following, bad, rule]] of Object.entries(FORMS)) {
  const way = go(following);
  const keep = assign({ vars: ({ context, event }) => ({ ...context.vars, [name]: event.text }) });
  const guard = ({ event }) => rule.test(event.text);
  states[form] = asked(form, [{ guard, target: way.target, actions: [keep, way.actions] }], [bad]);
}
const machine = createMachine({ id: "talk", initial: "start", context: { vars: {}, misses: 0, said: [] }, states });
const fresh = JSON.stringify(createActor(machine).start().getPersistedSnapshot());

function turn(stored, text) {
  const actor = createActor(machine, { snapshot: JSON.parse(stored) }).start();
  actor.send({ type: "message", text });
  const snapshot = actor.getPersistedSnapshot();
  const { said, vars } = snapshot.context;
  const texts = said.map((name) => data.texts[name].replace(/\{(\w+)\}/g, (_, each) => vars[each]));
  actor.stop();
  return [JSON.stringify(snapshot), texts];
}

const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
const tell = (facts) => process.stdout.write(JSON.stringify(facts) + "\n");
const ready = spent();

let stored = fresh;
data.script.forEach((text, number) => {
  const [after, said] = turn(stored, text);
  const wanted = data.expected[number].map((one) =>
    data.texts[one].replace("{name}", "Budi Santoso").replace("{order}", "AB-12345"));
  if (JSON.stringify(said) !== JSON.stringify(wanted)) {
    console.error(`xstate answers ${text} with ${JSON.stringify(said)}, not ${JSON.stringify(wanted)}`);
    process.exit(1);
  }
  stored = after;
});
tell({ ready });
for await (const line of createInterface({ input: process.stdin })) {
  const begun = spent();
  for (let talks = Number(line); talks > 0; talks--) {
    let kept = fresh;
    for (const text of data.script) [kept] = turn(kept, text);
  }
  tell({ spent: spent() - begun, peak: process.resourceUsage().maxRSS / 1024 });
}
