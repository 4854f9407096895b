// The list of conversations: tabs, search, and rows of one fixed height, of which only the visible ones exist.
import { Presence } from "../common/presence.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { Bell, called } from "./bell.js";
import { Empty, IconButton } from "./bits.js";
import { Bar, toggle } from "./many.js";
import { Icon } from "./icons.js";
import { known } from "./labels.js";
import { go } from "./nav.js";
import { Row } from "./row.js";
import { counts, dialog, found, label, link, listState, openId, query, rows, sort, unread, view } from "./store.js";
import { moreRows, showList } from "./sync.js";
import { number, t } from "./text.js";
import { VIEWS } from "./views.js";

export const ROW = 88;
const AROUND = 6; // rows drawn beyond each edge, so that a fast scroll shows no holes

export const List = () => html`
  <section class="list" aria-label=${t("list_label")}>
    <header class="list-head">
      <h1>${t("inbox")}</h1>
      <span class="link-dot" data-link=${link.value} role="img" aria-label=${t(`link_${link.value}`)} title=${t(`link_${link.value}`)}></span>
      <span class="grow"></span><${Presence} />
      <${Bell} onOpen=${go} />
      <${IconButton} icon="sort" label=${t(sort.value === "newest" ? "sort_to_waiting" : "sort_to_newest")}
        aria-pressed=${sort.value === "waiting"} onClick=${toggleSort} />
      <${IconButton} icon="command" class="icon-button by-key" label=${`${t("palette")} (Ctrl+K)`} onClick=${() => (dialog.value = "palette")} />
      <${IconButton} icon="menu" label=${t("menu")} onClick=${() => (dialog.value = "menu")} />
    </header>
    <${Search} />
    <${Filter} />
    <${Tabs} />
    <${Bar} />
    ${sort.value === "waiting" && html`<p class="sorted">${t("sorted_by_waiting")}</p>`}
    <${Rows} />
  </section>`;

export function toggleSort() {
  sort.value = sort.value === "newest" ? "waiting" : "newest";
}

function Search() {
  const timer = useRef(0);
  const typed = (event) => {
    query.value = event.target.value;
    clearTimeout(timer.current);
    timer.current = setTimeout(showList, 200);
  };
  const keys = (event) => {
    if (event.key !== "Escape" || !query.value) return;
    event.stopPropagation();
    clearSearch();
  };
  return html`<div class="search" role="search">
    <${IconButton} icon="search" label=${t("search")} tabindex="-1" onClick=${() => document.getElementById("search").focus()} />
    <input id="search" type="search" aria-label=${t("search")} placeholder=${t("search_hint")} autocomplete="off"
      value=${query.value} onInput=${typed} onKeyDown=${keys} />
    ${query.value && html`<${IconButton} icon="close" label=${t("search_clear")} onClick=${clearSearch} />`}
  </div>`;
}

/** Which label the rows must have, where there are any. */
function Filter() {
  const all = known.value.filter((each) => each.is_active !== false || each.key === label.value);
  if (!all.length) return null;
  const chosen = (event) => {
    label.value = event.target.value;
    showList();
  };
  return html`<div class="filter"><label><${Icon} name="label" size=${15} /><span class="sr">${t("filter_label")}</span>
    <select id="filter" value=${label.value} onChange=${chosen}><option value="">${t("filter_all")}</option>${all.map(({ key }) => html`<option key=${key} value=${key}>${key}</option>`)}</select></label>
    ${label.value && html`<${IconButton} icon="close" size=${15} label=${t("filter_clear")} onClick=${() => ((label.value = ""), showList())} />`}</div>`;
}

export function clearSearch() {
  query.value = "";
  showList();
}

export function choose(name) {
  view.value = name;
  showList();
}

const Tabs = () => html`<div class="tabs" role="tablist" aria-label=${t("tabs_label")} onKeyDown=${tabKeys}>
  ${VIEWS.map((name) => html`<button type="button" role="tab" key=${name} id=${`tab-${name}`} class="tab" aria-controls="rows"
    aria-selected=${name === view.value} tabindex=${name === view.value ? 0 : -1} onClick=${() => choose(name)}>
    <span class="tab-count">${counts.value ? number(name === "mentioned" ? called.value.conversations.length : (counts.value[name] ?? 0)) : "·"}</span><span class="tab-name">${t(`view_${name}`)}</span>
  </button>`)}
</div>`;

function tabKeys(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const next = VIEWS[(VIEWS.indexOf(view.value) + by + VIEWS.length) % VIEWS.length];
  choose(next);
  document.getElementById(`tab-${next}`).focus();
}

function Rows() {
  const box = useRef(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  const [focused, setFocused] = useState(null);
  const all = rows.value;
  useEffect(() => {
    const watch = new ResizeObserver(() => setHeight(box.current?.clientHeight ?? 0));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    box.current.scrollTop = 0;
  }, [view.value, found.value?.ids === undefined]);
  useEffect(() => {
    show(box.current, all.findIndex((row) => row.id === openId.value));
  }, [openId.value]);
  const first = Math.max(0, Math.floor(top / ROW) - AROUND);
  const last = Math.min(all.length, Math.ceil((top + height) / ROW) + AROUND);
  useEffect(() => {
    if (last >= all.length - AROUND && listState.value.next) moreRows();
  }, [last, all.length, listState.value.next]);
  const at = Math.max(0, all.findIndex((row) => row.id === (focused ?? openId.value)));
  const keys = (event) => rowKeys(event, all, at, box.current, setFocused);
  return html`<div class="rows" id="rows" role="tabpanel" aria-labelledby=${`tab-${view.value}`} ref=${box}
      onScroll=${(event) => setTop(event.currentTarget.scrollTop)}>
    <${ListState} empty=${!all.length} />
    ${all.length > 0 && html`<div role="listbox" aria-label=${t("list_label")} class="rows-all" style=${{ height: `${all.length * ROW}px` }} onKeyDown=${keys}>
      ${all.slice(first, last).map((row, i) => html`<${Row} key=${row.id} summary=${row} top=${(first + i) * ROW} place=${first + i + 1}
        total=${all.length} open=${row.id === openId.value} stop=${first + i === at} onFocus=${() => setFocused(row.id)} onOpen=${() => go(row.id)} />`)}
    </div>`}
  </div>`;
}

function show(box, index) {
  if (index < 0 || !box) return;
  if (index * ROW < box.scrollTop) box.scrollTop = index * ROW;
  else if ((index + 1) * ROW > box.scrollTop + box.clientHeight) box.scrollTop = (index + 1) * ROW - box.clientHeight;
}

/** Arrows move the focus only; Enter opens, because opening marks as read. */
function rowKeys(event, all, at, box, setFocused) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const page = Math.max(1, Math.floor(box.clientHeight / ROW) - 1);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1, PageDown: at + page, PageUp: at - page };
  if (event.key === "Enter" || event.key === " ") go(all[at].id);
  else if (event.key.toLowerCase() === "x") toggle(all[at].id, { range: event.shiftKey });
  else if (event.key in moves) focusRow(Math.min(all.length - 1, Math.max(0, moves[event.key])), all, box, setFocused);
  else return;
  event.preventDefault();
}

function focusRow(index, all, box, setFocused) {
  show(box, index);
  setFocused(all[index].id);
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(`row-${all[index].id}`)?.focus()));
}

function ListState({ empty }) {
  const { state } = listState.value;
  if (!empty) return null;
  if (state === "error") {
    return html`<${Empty} icon="warn" title=${t("list_error")} text=${t("list_error_text")}>
      <button type="button" class="button" onClick=${showList}>${t("try_again")}</button></${Empty}>`;
  }
  if (state === "loading") return html`<div class="skeletons" aria-busy="true" aria-label=${t("loading")}>${[1, 2, 3, 4, 5].map((i) => html`<div class="skeleton" key=${i}></div>`)}</div>`;
  if (found.value) return html`<${Empty} icon="search" title=${t("search_empty")} text=${t("search_empty_text", { q: query.value, view: t(`view_${view.value}`) })}>
    ${["all", "closed"].filter((name) => name !== view.value).map((name) => html`<button type="button" class="button" key=${name} onClick=${() => choose(name)}>${t("search_in", { view: t(`view_${name}`) })}</button>`)}</${Empty}>`;
  return html`<${Empty} icon=${view.value === "bot" ? "bot" : view.value === "mentioned" ? "bell" : "check"} title=${t(`empty_${view.value}`)} text=${t(`empty_${view.value}_text`)} />`;
}

export function titleText() {
  const name = `${t("inbox")} · ROMS`;
  return unread.value ? `(${number(unread.value)}) ${name}` : name;
}

