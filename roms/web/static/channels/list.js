// All channels at a glance.
import { html } from "../vendor/ui.js";
import { Empty, channelIcon } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { number, t } from "../inbox/text.js";
import { Ago, State } from "./parts.js";
import { go, list } from "./state.js";

export const List = () => html`
  ${list.value.filter((each) => each.attention).map((each) => html`<a class="note bad" role="alert" key=${each.id} href=${`#${each.id}`}><${Icon} name="warn" size=${18} />
    <span><b>${each.name}</b>: ${t(`attention_${each.attention}`)}</span></a>`)}
  <div class="bar"><p class="muted">${t("list_text")}</p><button type="button" class="button primary" onClick=${() => go("add")}><${Icon} name="userPlus" size=${17} />${t("add")}</button></div>
  ${list.value.length ? html`<ul class="channels">${list.value.map((each) => html`<li key=${each.id}><${Row} of=${each} /></li>`)}</ul>`
    : html`<${Empty} icon="phone" title=${t("empty")} text=${t("empty_text")} />`}`;

const Row = ({ of }) => html`<a class="channel" href=${`#${of.id}`} data-off=${!of.is_enabled}>
  <span class="kind" data-kind=${of.kind}><${Icon} name=${channelIcon(of.kind)} size=${20} /></span>
  <span class="who"><b>${of.name}</b><span class="muted">${of.title}${of.unofficial ? html` · <span class="gateway">${t("gateway")}</span>` : ""}</span></span>
  <${State} of=${of} />
  <${Figures} of=${of} />
</a>`;

export const Figures = ({ of }) => html`<dl class="figures">
  <div><dt>${t("last_in")}</dt><dd><${Ago} at=${of.last_in} /></dd></div>
  <div><dt>${t("last_out")}</dt><dd><${Ago} at=${of.last_out} /></dd></div>
  <div><dt>${t("day_in")}</dt><dd>${number(of.in)}</dd></div>
  <div><dt>${t("day_out")}</dt><dd>${number(of.out)}</dd></div>
  <div data-bad=${of.failed > 0}><dt>${t("errors")}</dt><dd>${of.out ? `${number(Math.round((1000 * of.failed) / of.out) / 10)} %` : "–"}</dd></div>
  <div data-bad=${of.waiting > 0 && of.attention !== ""}><dt>${t("waiting")}</dt><dd>${number(of.waiting)}</dd></div>
</dl>`;
