// The top of the board: its figures, the filters, and who waits longest.
import { html } from "../vendor/ui.js";
import { nameOf } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { link } from "../inbox/store.js";
import { number, t } from "../inbox/text.js";
import { Presence } from "../common/presence.js";
import { Bell } from "../inbox/bell.js";
import { Waits } from "./card.js";
import { chooseTeam, late, longest, nameOfAgent, sums, team, world } from "./state.js";

export const Top = () => html`<header class="top">
  <a class="icon-button" href="/inbox" aria-label=${t("to_inbox")} title=${t("to_inbox")}><${Icon} name="back" size=${22} /></a><h1>${t("board")}</h1>
  <span class="link-dot" data-link=${link.value} role="img" aria-label=${t(`link_${link.value}`)} title=${t(`link_${link.value}`)}></span><span class="grow"></span><${Bell} /><${Presence} /></header>`;

export function Figures() {
  const { present, people, open, overdue, backlog } = sums.value;
  return html`<div class="figures-row">
    <dl class="sums"><${Sum} name="present" value=${t("of", { some: number(present), all: number(people) })} /><${Sum} name="open" value=${number(open)} /><${Sum} name="backlog" value=${number(backlog)} /></dl>
    <button type="button" class="late-filter" data-some=${overdue > 0} aria-pressed=${late.value} disabled=${!overdue && !late.value} onClick=${() => (late.value = !late.value)}><${Icon} name="warn" size=${17} /><span>${t("overdue", { count: overdue })}</span></button>
    ${world.value.teams.length > 0 && html`<div class="team-filter"><label class="sr" for="team">${t("team_filter")}</label><select id="team" value=${team.value} onChange=${(event) => chooseTeam(event.target.value)}>
      <option value="">${t("all_teams")}</option>${world.value.teams.map(({ key, name }) => html`<option key=${key} value=${key} selected=${key === team.value}>${name}</option>`)}</select></div>`}
  </div>`;
}

const Sum = ({ name, value }) => html`<div><dt>${t(`sum_${name}`)}</dt><dd data-sum=${name}>${value}</dd></div>`;

/** The card itself is shown: in a column that is folded, or far down, it would be looked for in vain. */
function reveal(card) {
  const column = document.querySelector(`.column[data-agent="${card.assignee ?? ""}"], .column[data-kind="${card.assignee === null ? "backlog" : "-"}"]`);
  column?.querySelector('.fold[aria-expanded="false"]')?.click();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const found = document.getElementById(`talk-${card.id}`) ?? column;
    found?.scrollIntoView({ block: "center", inline: "center" });
    found?.querySelector("a, button")?.focus();
  }));
}

export function Longest() {
  if (!longest.value.length) return html`<section class="longest" aria-labelledby="longest"><h2 id="longest">${t("longest")}</h2><p class="longest-none"><${Icon} name="check" size=${15} />${t("longest_none")}</p></section>`;
  return html`<section class="longest" aria-labelledby="longest"><h2 id="longest">${t("longest")}</h2><ol>${longest.value.map((card) => html`<li key=${card.id}>
    <button type="button" onClick=${() => reveal(card)}><b>${nameOf(card)}</b><${Waits} since=${card.waiting_since} /><span class="muted">${card.assignee === null ? t("backlog") : nameOfAgent(card.assignee)}</span></button></li>`)}</ol></section>`;
}
