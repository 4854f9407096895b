// What is asked before something is done: where to, whether really, and how somebody is there. Native dialogs keep the focus.
import { html, useEffect, useRef } from "../vendor/ui.js";
import { IconButton, nameOf } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { t } from "../inbox/text.js";
import { Choices, setFor } from "../common/presence.js";
import { BACKLOG, ask, move, placeName, same } from "./moving.js";
import { agentOf, columns, dialog, world } from "./state.js";
import { doubts } from "./world.js";

const leave = () => {
  dialog.value = null;
};

export function Dialogs() {
  const Kind = KINDS[dialog.value?.kind];
  return Kind ? html`<${Kind} key=${dialog.value.kind} ...${dialog.value} />` : null;
}

function Modal({ title, children }) {
  const box = useRef(null);
  useEffect(() => {
    const back = document.activeElement;
    box.current.showModal();
    return () => back?.isConnected && document.activeElement === document.body && back.focus();
  }, []);
  return html`<dialog class="dialog" aria-label=${title} ref=${box} onClose=${leave} onPointerDown=${(event) => event.target === box.current && leave()}>
    <header class="dialog-head"><h2>${title}</h2><${IconButton} icon="close" label=${t("dialog_close")} onClick=${leave} /></header>${children}</dialog>`;
}

/** The way for keyboards and fingers. */
function Move({ id }) {
  const card = world.value.cards.get(id);
  useEffect(() => {
    if (!card) leave();
  }, [card]);
  if (!card) return null;
  const go = (to) => {
    leave();
    ask(card, to);
  };
  const people = columns.value.filter(({ agent }) => agent?.is_active);
  return html`<${Modal} title=${t("move_title", { name: nameOf(card) })}>
    <div class="places"><h3>${t("to_person")}</h3><ul>${people.map((column) => html`<li key=${column.id}><button type="button" disabled=${same(card, { agent: column.id })} onClick=${() => go({ agent: column.id })}>
        <span class="presence-dot" data-presence=${column.agent.presence} aria-hidden="true"></span><span class="grow">${column.agent.name}</span><small>${[...doubts(column).map((why) => t(`is_${why}`)), told(column)].join(" · ")}</small></button></li>`)}</ul>
      <h3>${t("to_all")}</h3><ul><li><button type="button" disabled=${card.assignee === null} onClick=${() => go(BACKLOG)}><${Icon} name="hand" size=${16} /><span class="grow">${t("backlog")}</span></button></li>
      ${world.value.teams.map(({ key, name }) => html`<li key=${key}><button type="button" disabled=${same(card, { team: key })} onClick=${() => go({ team: key })}><${Icon} name="people" size=${16} /><span class="grow">${t("to_team", { team: name })}</span></button></li>`)}</ul></div>
  </${Modal}>`;
}

const told = ({ agent, load }) => (agent.capacity === null ? t("load_free", { count: load }) : t("of", { some: load, all: agent.capacity }));

function Sure({ card, to, why, column }) {
  const name = column.agent.name;
  const go = () => {
    leave();
    move(card, to);
  };
  return html`<${Modal} title=${t("sure_title", { name: nameOf(card), place: placeName(to) })}>
    <div class="sure-text">${why.map((each) => html`<p key=${each}><${Icon} name="warn" size=${17} /><span>${t(`sure_${each}`, { name, load: column.load, capacity: column.agent.capacity })}</span></p>`)}</div>
    <div class="dialog-acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button type="button" class="button primary" autofocus onClick=${go}>${t("give_anyway")}</button></div>
  </${Modal}>`;
}

function Presence({ id }) {
  const agent = agentOf(id);
  if (!agent) return null;
  const load = columns.value.find((column) => column.id === id)?.load ?? 0;
  const choose = (presence, giveBack) => setFor(id, presence, giveBack, agent.name);
  return html`<${Modal} title=${t("presence_title", { name: agent.name })}><${Choices} of=${agent.presence} open=${load} name=${agent.name} onChoose=${choose} leave=${leave} /></${Modal}>`;
}

const KINDS = { move: Move, sure: Sure, presence: Presence };
