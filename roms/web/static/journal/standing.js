// What waits now, for how long and why; each with the button that does something about it.
import { html } from "../vendor/ui.js";
import { Busy } from "../channels/parts.js";
import { Icon } from "../inbox/icons.js";
import { clock, number, t } from "../inbox/text.js";
import { act, more, standing } from "./state.js";
import { Ago, partName, partWords, seconds, why } from "./words.js";

export const Standing = () => html`
  <${Parts} of=${standing.value.parts} />
  <${Spool} of=${standing.value.spool} />
  <${Channels} of=${standing.value.channels} />
  <${Unknown} of=${standing.value.unknown} />
  <${Aside} of=${standing.value.aside} />
  <${Timers} of=${standing.value.timers} />
  <${Waiting} of=${standing.value.waiting} />`;

const Card = ({ title, bad = false, count = null, children }) => html`<section class="card" data-bad=${bad}>
  <h2>${title}${count !== null && html` <span class="count">${number(count)}</span>`}</h2>${children}</section>`;

const Well = ({ text }) => html`<p class="well"><${Icon} name="check" size=${16} />${text}</p>`;

function Parts({ of }) {
  const bad = of.filter((part) => part.state !== "ok");
  const shown = of.filter((part) => !part.name.includes(".") || part.state !== "ok");
  return html`<${Card} title=${t("parts")} bad=${bad.length > 0}>
    <ul class="rows">${shown.map((part) => html`<li key=${part.name} data-bad=${part.state !== "ok"}><span class="dot" aria-hidden="true"></span>
      <span class="grow"><b>${partName(part.name)}</b> ${partWords(part)}${part.instances > 1 ? ` · ${t("instances", { count: part.instances })}` : ""}</span></li>`)}</ul>
    ${bad.length > 0 && html`<p class="muted">${t("parts_text")}</p>`}</${Card}>`;
}

function Spool({ of }) {
  const replay = () => act("/api/journal/replay", {}, ({ before, replayed, left }) => ({
    text: !before ? t("done_replay_none") : left ? t("done_replay_left", { replayed, left }) : t("done_replay", { count: replayed }),
    kind: left ? "error" : "info",
  }));
  return html`<${Card} title=${t("spool")} bad=${of.waiting > 0 || of.broken > 0} count=${of.waiting}>
    ${of.waiting ? html`<p>${t("spool_text", { count: of.waiting, for: seconds(of.oldest) })}</p>` : html`<${Well} text=${t("spool_none")} />`}
    ${of.broken > 0 && html`<p class="bad">${t("spool_broken", { count: of.broken })}</p>`}
    ${of.waiting > 0 && html`<div class="acts"><${Busy} icon="reopen" run=${replay}>${t("replay")}</${Busy}></div>`}</${Card}>`;
}

function Channels({ of }) {
  const some = of.filter((each) => each.count || each.rests_until || each.attention);
  return html`<${Card} title=${t("outbox")} bad=${some.some((each) => each.is_stuck || each.attention)} count=${of.reduce((sum, each) => sum + each.count, 0)}>
    ${some.length ? html`<ul class="rows">${some.map((each) => html`<${Outbox} key=${each.id} of=${each} />`)}</ul>` : html`<${Well} text=${t("outbox_none")} />`}</${Card}>`;
}

function Outbox({ of }) {
  const hurry = () => act(`/api/journal/channels/${of.id}/hurry`, {}, ({ tried, rests_until }) =>
    rests_until ? { text: t("done_hurry_asked", { at: clock(rests_until) }), kind: "error" } : { text: tried ? t("done_hurry", { count: tried }) : t("done_hurry_none") });
  return html`<li data-bad=${of.is_stuck || Boolean(of.attention)}><span class="dot" aria-hidden="true"></span>
    <span class="grow"><b><a href=${`/inbox/channels#${of.id}`}>${of.name}</a></b>
      ${of.count > 0 && html` ${t("outbox_text", { count: of.count })} <${Ago} at=${of.oldest} />. ${why(of)}`}
      ${of.rests_until && html`<small>${t(of.is_asked ? "rests_asked" : "rests", { at: clock(of.rests_until) })}</small>`}</span>
    <${Busy} icon="send" run=${hurry}>${t(of.rests_until ? "ask_now" : "try_now")}</${Busy}></li>`;
}

const Talk = ({ of }) => html`<a href=${`/inbox/${of.conversation}`}>${of.contact || t("nameless")}</a> <span class="muted">${of.channel.name} · <${Ago} at=${of.at} /></span>`;

const Said = ({ of }) => html`<span class="said">${of.text || `[${of.kind}]`}</span>`;

const More = ({ name, of }) => of.more && html`<div class="acts"><${Busy} run=${() => more(name)}>${t("more")}</${Busy}></div>`;

function Unknown({ of }) {
  const check = (id) => act(`/api/journal/messages/${id}/check`, {}, ({ checked }) => ({ text: t(checked === "asking" ? "done_check" : "done_check_not") }));
  const resend = (id) => act(`/api/journal/messages/${id}/resend`, {}, () => ({ text: t("done_resend") }));
  return html`<${Card} title=${t("unknown")} bad=${of.total > 0} count=${of.total}>
    ${of.total ? html`<p class="muted">${t("unknown_text")}</p><ul class="rows">${of.items.map((each) => html`<li key=${each.id} data-bad="true"><span class="dot" aria-hidden="true"></span>
      <span class="grow"><${Talk} of=${each} /><${Said} of=${each} />${each.checked && html`<small>${t(`checked_${each.checked}`)}</small>`}</span>
      <span class="two"><${Busy} icon="search" run=${() => check(each.id)}>${t("check")}</${Busy}><${Busy} icon="send" run=${() => resend(each.id)}>${t("resend")}</${Busy}></span></li>`)}</ul><${More} name="unknown" of=${of} />` : html`<${Well} text=${t("unknown_none")} />`}</${Card}>`;
}

function Aside({ of }) {
  const retry = (id) => act(`/api/aside/${id}/retry`, {}, ({ failed }) => (failed ? { text: t("done_aside_failed", { why: failed }), kind: "error" } : { text: t("done_aside") }));
  return html`<${Card} title=${t("aside")} bad=${of.items.length > 0} count=${of.counts.trying + of.counts.dead}>
    ${of.items.length ? html`<p class="muted">${t("aside_text")}</p><ul class="rows">${of.items.map((each) => html`<li key=${each.id} data-bad="true"><span class="dot" aria-hidden="true"></span>
      <span class="grow"><b>${each.conversation ? html`<a href=${`/inbox/${each.conversation}`}>${each.channel.name}</a>` : each.channel.name}</b> <span class="muted">${t(`aside_${each.state}`, { count: each.tries })} · <${Ago} at=${each.came_at} /></span><span class="said">${each.failed}</span></span>
      <${Busy} icon="reopen" run=${() => retry(each.id)}>${t("try_again")}</${Busy}></li>`)}</ul>${of.more && html`<p class="muted">${t("aside_more")}</p>`}` : html`<${Well} text=${t("aside_none")} />`}</${Card}>`;
}

function Timers({ of }) {
  const fire = () => act("/api/journal/timers", {}, ({ fired, failed }) => ({ text: t(failed ? "done_timers_failed" : "done_timers", { count: fired, failed }), kind: failed ? "error" : "info" }));
  return html`<${Card} title=${t("timers")} bad=${of.overdue > 0} count=${of.overdue}>
    ${of.overdue ? html`<p>${t("timers_text", { count: of.overdue })} <${Ago} at=${of.oldest} /></p><div class="acts"><${Busy} icon="play" run=${fire}>${t("fire")}</${Busy}></div>` : html`<${Well} text=${t("timers_none")} />`}</${Card}>`;
}

function Waiting({ of }) {
  if (!of.items.length) return null;
  return html`<${Card} title=${t("waiting")}><ul class="rows">${of.items.map((each) => html`<li key=${each.id}>
    <span class="grow"><${Talk} of=${each} /><${Said} of=${each} /><small>${t(each.behind ? "behind" : each.status === "sending" ? "row_sending" : "row_due", { at: each.due_at ? clock(each.due_at) : "–" })}${each.error ? ` · ${each.error}` : ""}</small></span></li>`)}</ul><${More} name="waiting" of=${of} /></${Card}>`;
}
