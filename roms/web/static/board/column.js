// A column: a person with what he has, or the backlog.
import { html, useState } from "../vendor/ui.js";
import { Icon } from "../inbox/icons.js";
import { number, t } from "../inbox/text.js";
import { missingSince, sinceText } from "../common/presence.js";
import { Card } from "./card.js";
import { BACKLOG, ask } from "./moving.js";
import { dialog, dragged, late, moment, world } from "./state.js";

const PAGE = 30; // cards drawn at first: most of them nobody scrolls to

export function Column({ column }) {
  const { agent, id, cards, open } = column;
  const [most, setMost] = useState(PAGE);
  const [folded, setFolded] = useState(agent !== null); // on a telephone; elsewhere all are open
  const name = agent ? agent.name : t("backlog");
  const target = agent ? { agent: id } : BACKLOG;
  const hidden = open - cards.length;
  return html`<section class="column" data-kind=${agent ? "agent" : "backlog"} data-agent=${id} data-folded=${folded} data-empty=${!cards.length} aria-label=${name} ...${dropsOn(target)}>
    <header class="column-head">${agent ? html`<${Person} column=${column} />` : html`<${Backlog} column=${column} />`}
      <button type="button" class="icon-button fold" aria-expanded=${!folded} aria-label=${t(folded ? "unfold" : "fold", { name })} onClick=${() => setFolded(!folded)}><${Icon} name="down" /></button></header>
    <ul class="talks" aria-label=${t("talks_of", { name })} tabindex="-1">${cards.slice(0, most).map((card) => html`<${Card} key=${card.id} card=${card} />`)}</ul>
    ${cards.length > most && html`<button type="button" class="link-button" onClick=${() => setMost(most + 100)}>${t("more", { count: cards.length - most })}</button>`}
    ${!late.value && hidden > 0 && html`<p class="column-note">${t("not_shown", { count: hidden })}</p>`}
    ${!cards.length && html`<p class="column-note">${t(late.value ? "none_late" : agent ? "none_of_agent" : "none_waits")}</p>`}
  </section>`;
}

/** What makes a place take a card that is dropped there. */
export function dropsOn(to) {
  const over = (event) => {
    if (!dragged.value) return;
    event.preventDefault();
    event.currentTarget.dataset.over = "true";
  };
  const out = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) delete event.currentTarget.dataset.over;
  };
  const drop = (event) => {
    delete event.currentTarget.dataset.over;
    const card = world.value.cards.get(dragged.value);
    dragged.value = null;
    if (!card) return;
    event.preventDefault();
    ask(card, to);
  };
  return { onDragOver: over, onDragLeave: out, onDrop: drop };
}

function Backlog({ column }) {
  return html`<span class="column-face backlog-face" aria-hidden="true"><${Icon} name="hand" size=${18} /></span>
    <div class="column-who"><h2>${t("backlog")}</h2><p>${t("backlog_text")}</p></div>
    <${Count} column=${column} />`;
}

const initials = (name) => name.split(" ").filter(Boolean).slice(0, 2).map((word) => word[0]).join("").toUpperCase();

function Person({ column }) {
  const { agent, load } = column;
  const missing = missingSince(agent, moment.value);
  return html`<span class="column-face" data-tint=${agent.id % 8} aria-hidden="true">${initials(agent.name)}</span>
    <div class="column-who"><h2>${agent.name}</h2>
      ${agent.is_active ? html`<button type="button" class="presence" data-presence=${agent.presence} aria-haspopup="dialog" aria-label=${t("presence_of", { name: agent.name, state: t(`presence_${agent.presence}`) })} onClick=${() => (dialog.value = { kind: "presence", id: agent.id })}>
        <span class="presence-dot" aria-hidden="true"></span>${t(`presence_${agent.presence}`)}${agent.since && html` <span class="presence-since">${sinceText(agent.since, moment.value)}</span>`}</button>`
        : html`<span class="presence" data-presence="gone">${t("deactivated")}</span>`}</div>
    <${Count} column=${column} />
    ${missing !== null && html`<p class="missing"><${Icon} name="warn" size=${14} />${missing ? t("missing_since", { since: sinceText(missing, moment.value) }) : t("missing_ever")}</p>`}
    <${Load} agent=${agent} load=${load} />
    ${(agent.teams.length > 0 || agent.skills.length > 0) && html`<ul class="column-can" aria-label=${t("can")}>
      ${agent.teams.map((key) => html`<li class="tag" data-tone="team" key=${`t${key}`}>${world.value.teams.find((team) => team.key === key)?.name ?? key}</li>`)}
      ${agent.skills.map((skill) => html`<li class="tag" key=${`s${skill}`}>${skill}</li>`)}</ul>`}`;
}

const Count = ({ column: { open, overdue } }) => html`<span class="column-counts"><b class="column-open" aria-label=${t("open_count", { count: open })}>${number(open)}</b>
  ${overdue > 0 && html`<b class="column-late" aria-label=${t("late_count", { count: overdue })}><${Icon} name="warn" size=${12} />${number(overdue)}</b>`}</span>`;

/** A bar that is full, and one that is more than full, are told apart by words too. */
function Load({ agent: { capacity }, load }) {
  if (capacity === null) return html`<p class="load-text">${t("load_free", { count: load })}</p>`;
  const level = load > capacity ? "over" : load === capacity ? "full" : "fine";
  const text = t(`load_${level}`, { load: number(load), capacity: number(capacity) });
  return html`<div class="load" data-level=${level}><div class="load-bar" role="meter" aria-label=${t("load")} aria-valuemin="0" aria-valuemax=${capacity} aria-valuenow=${Math.min(load, capacity)} aria-valuetext=${text}>
    <span style=${{ inlineSize: `${capacity ? Math.min(100, (100 * load) / capacity) : 100}%` }}></span></div><span class="load-text">${text}</span></div>`;
}
