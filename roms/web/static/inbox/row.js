// One conversation in the list.
import { html, useMemo } from "../vendor/ui.js";
import { Avatar, Face, Mode, Moment, channelWord, nameOf, who } from "./bits.js";
import { Countdown } from "./countdown.js";
import { draftOf } from "./drafts.js";
import { Icon } from "./icons.js";
import { RowLookers } from "./looking.js";
import { chosen, press, toggle } from "./many.js";
import { LabelLine } from "./labels.js";
import { now, severalNumbers, typing } from "./store.js";
import { has, lasting, number, rowTime, shortTime, t } from "./text.js";
import { activity } from "./views.js";

const WAITING_LONG = 5 * 60_000;
const WAITING_TOO_LONG = 15 * 60_000;

export function Row({ summary, top, place, total, open, stop, onFocus, onOpen }) {
  const unread = summary.unread > 0;
  const isChosen = chosen.value.has(summary.id);
  const pressing = useMemo(() => press(summary.id), [summary.id]);
  const { took, ...finger } = pressing;
  const click = (event) => {
    if (took()) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey) toggle(summary.id, { range: event.shiftKey });
    else if (chosen.value.size && event.pointerType === "touch") toggle(summary.id);
    else onOpen();
  };
  const tick = (event) => {
    event.stopPropagation();
    toggle(summary.id, { range: event.shiftKey });
  };
  return html`<div role="option" id=${`row-${summary.id}`} class="row" data-unread=${unread} data-chosen=${isChosen} aria-checked=${isChosen} aria-selected=${open} tabindex=${stop ? 0 : -1}
      aria-posinset=${place} aria-setsize=${total} style=${{ transform: `translateY(${top}px)` }} onFocus=${onFocus} onClick=${click} ...${finger}>
    <span class="row-tick" aria-hidden="true" title=${t("bulk_choose")} onClick=${tick}>${isChosen && html`<${Icon} name="check" size=${15} />`}</span>
    <${Avatar} summary=${summary} />
    <div class="row-body">
      <div class="row-line"><span class="row-name">${nameOf(summary)}</span><${LabelLine} summary=${summary} most=${2} />
        ${!severalNumbers.value && html`<span class="sr">${channelWord(summary.channel.kind)}</span>`}
        <span class="row-time"><${Moment} at=${activity(summary)}>${rowTime(activity(summary), now.value)}</${Moment}></span></div>
      <div class="row-line"><${Preview} summary=${summary} />
        ${summary.doubts > 0 && html`<span class="row-doubt" title=${t("doubts", { count: summary.doubts })}><${Icon} name="unknown" size=${16} /><span class="sr">${t("doubts", { count: summary.doubts })}</span></span>`}
        ${unread && html`<span class="badge" aria-label=${t("unread_count", { count: summary.unread })}>${number(summary.unread)}</span>`}</div>
      <div class="row-line row-foot"><${Mode} mode=${summary.mode} />
        ${summary.snoozed_until ? html`<span class="row-snoozed"><${Icon} name="clock" size=${13} /><span class="sr">${t("view_snoozed")}</span>${shortTime(summary.snoozed_until)}</span>`
          : html`<${Due} summary=${summary} />`}
        <${RowLookers} id=${summary.id} />
        <span class="row-channel">${severalNumbers.value && summary.channel.name}</span>
        ${summary.assignee !== null && html`<span class="row-agent"><${Face} id=${summary.assignee} />${who(summary.assignee)}</span>`}
        ${summary.assignee === null && summary.mode === "AGENT" && html`<span class="row-agent row-nobody">${t("nobody_yet")}</span>`}</div>
    </div>
  </div>`;
}

function Preview({ summary }) {
  if (typing.value.get(summary.id)?.has("contact")) return html`<span class="row-text row-typing">${t("is_typing_short")}</span>`;
  const draft = draftOf(summary.id, "reply").trim() || draftOf(summary.id, "note").trim();
  if (draft) return html`<span class="row-text"><b class="row-draft">${t("draft")}</b> ${draft.slice(0, 120)}</span>`;
  if (!summary.last) return html`<span class="row-text row-none">${t("no_messages")}</span>`;
  if (!summary.last.text) return html`<span class="row-text row-none">${t("deleted")}</span>`;
  return html`<span class="row-text">${saidBy(summary.last)}${inShort(summary.last.text).slice(0, 120)}</span>`;
}

/** "[image] Lunas" is how a picture is told where nothing can be shown; a person reads its kind. */
const inShort = (text) => text.replace(/^\[([a-z]+)\]( ?)/, (sign, kind, more) => (has(`kind_name_${kind}`) ? t(`kind_name_${kind}`) + more.replace(" ", ": ") : sign));

function saidBy({ sender, agent }) {
  if (sender === "contact") return "";
  const name = sender === "agent" ? who(agent) : t(`sender_${sender}`);
  return html`<span class="row-who">${name}:</span> `;
}

/** How long there still is to answer; where no clock runs, how long they have waited. */
export const Due = ({ summary }) => (summary.answer_by ? html`<${Countdown} summary=${summary} />` : summary.waiting_since && html`<${Waiting} since=${summary.waiting_since} />`);

function Waiting({ since }) {
  const ms = now.value - Date.parse(since);
  const level = ms > WAITING_TOO_LONG ? "late" : ms > WAITING_LONG ? "soon" : "fine";
  return html`<span class="waiting" data-level=${level} title=${t("waiting_title")}><${Icon} name="clock" size=${13} />
    <span class="sr">${t("waiting")}</span>${lasting(since, now.value)}</span>`;
}
