// One conversation on the board: who, since when somebody waits, until when there is to be an answer.
import { html } from "../vendor/ui.js";
import { Avatar, IconButton, channelWord, nameOf } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { standing } from "../inbox/countdown.js";
import { clock, dayOf, fullTime, lasting, shortTime, t } from "../inbox/text.js";
import { dialog, dragged, moment, moving, world } from "./state.js";

export function Card({ card }) {
  const name = nameOf(card);
  const begin = (event) => {
    event.dataTransfer.setData("text/plain", card.id);
    event.dataTransfer.effectAllowed = "move";
    setTimeout(() => (dragged.value = card.id)); // a page that changes while a drag begins would end it
  };
  return html`<li class="talk" id=${`talk-${card.id}`} data-moving=${moving.value.has(card.id)} data-dragged=${dragged.value === card.id} draggable="true" onDragStart=${begin} onDragEnd=${() => (dragged.value = null)}>
    <div class="talk-head"><${Avatar} summary=${card} /><div class="talk-who">
        <a href=${`/inbox/${card.id}`} draggable="false">${name}</a><span class="talk-channel">${card.channel.name || channelWord(card.channel.kind)}</span></div>
      <${IconButton} icon="forward" label=${t("move_card", { name })} aria-haspopup="dialog" onClick=${() => (dialog.value = { kind: "move", id: card.id })} /></div>
    ${(card.labels.length > 0 || card.priority !== "normal" || card.skill) && html`<ul class="talk-labels" aria-label=${t("labels")}>
      ${card.priority !== "normal" && html`<li class="tag" data-tone=${card.priority}>${t(`priority_${card.priority}`)}</li>`}
      ${card.skill && html`<li class="tag">${card.skill}</li>`}
      ${card.labels.map((label) => html`<li class="tag" key=${label} data-colour=${world.value.labels[label] ?? "grey"}>${label}</li>`)}</ul>`}
    ${(card.waiting_since || card.answer_by) && html`<div class="talk-times">${card.waiting_since && html`<${Waits} since=${card.waiting_since} />`}${card.answer_by && html`<${Countdown} card=${card} />`}</div>`}
  </li>`;
}

export const Waits = ({ since }) => html`<span class="waits" title=${fullTime(since)}><${Icon} name="clock" size=${13} /><span class="sr">${t("waits")} </span>${lasting(since, moment.value)}</span>`;

const two = (value) => String(value).padStart(2, "0");

/** "4:05", or in hours where it takes that long. */
function span(ms) {
  const seconds = Math.floor(ms / 1000);
  return seconds < 3600 ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}` : t("hours_short", { count: Math.floor(seconds / 3600), minutes: two(Math.floor(seconds / 60) % 60) });
}

/** Colour and words: neither says it alone. The clock stands still while the team is not there. */
function Countdown({ card }) {
  const { state, level, left, until } = standing(card, moment.value);
  const words = state === "paused" ? t("due_paused", { at: sinceMidnight(until) }) : t(left <= 0 ? "due_over" : "due_left", { time: span(Math.abs(left)) });
  return html`<span class="due" data-level=${level} title=${t("due_title", { at: fullTime(card.answer_by) })}><${Icon} name=${state === "paused" ? "pause" : left <= 0 ? "warn" : "clock"} size=${13} />${words}</span>`;
}

const sinceMidnight = (at) => (dayOf(at) === dayOf(moment.value) ? clock(at) : shortTime(at));
