// Small pieces of the people and teams page.
import { html, useState } from "../vendor/ui.js";
import { IconButton } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { has, language, t } from "../inbox/text.js";
import { skills as inUse } from "./state.js";

const initials = (name) => {
  const words = name.split(" ").filter(Boolean);
  return (words.length > 1 ? words[0][0] + words[1][0] : (words[0] ?? "?").slice(0, 2)).toUpperCase();
};

export const Badge = ({ of }) => html`<span class="avatar" data-tint=${of.id % 8} data-off=${!of.is_active} aria-hidden="true">${initials(of.name)}</span>`;

const TONE = { admin: "warn", supervisor: "busy", agent: "quiet" };
export const Role = ({ of }) => html`<span class="state" data-tone=${of.is_active ? TONE[of.role] : "quiet"}>${t(of.is_active ? `role_${of.role}` : "inactive")}</span>`;

/** How many conversations of how many at once. */
export const Room = ({ of }) => html`<span class="room">${t(of.capacity === null ? "room_unlimited" : "room", of)}</span>`;

/** A language by its name in the reader's own, a subject as it is. */
export function skillName(skill) {
  if (!/^[a-z]{2,3}$/.test(skill)) return skill;
  const name = new Intl.DisplayNames([language.value], { type: "language", fallback: "none" }).of(skill);
  return name ?? skill;
}

export const Skills = ({ of }) => of.skills.map((skill) => html`<span class="tag" key=${skill}>${skillName(skill)}</span>`);

/** What is wrong with one field, in words that say how to mend it. `problem` is what the server said of it. */
export const Wrong = ({ field, problem }) => {
  if (problem?.field !== field) return null;
  const key = `wrong_${field}_${problem.problem}`;
  return html`<small class="wrong" role="alert" id=${`wrong-${field}`}>${t(has(key) ? key : "wrong_shape")}</small>`;
};

export const Field = ({ label, help, field, problem, children }) => html`<label class="field" data-bad=${problem?.field === field}>
  <span>${label}</span>${children}<${Wrong} field=${field} problem=${problem} />${help && html`<small>${help}</small>`}</label>`;

/** One of several, each with a sentence that says what it means. */
export const Choices = ({ legend, name, options, value, onChange, disabled = false }) => html`<fieldset class="choices" disabled=${disabled}><legend>${legend}</legend>
  ${options.map((each) => html`<label class="choice" key=${each}><input type="radio" name=${name} value=${each} checked=${each === value} onChange=${() => onChange(each)} />
    <span><b>${t(`${name}_${each}`)}</b><small>${t(`${name}_${each}_text`)}</small></span></label>`)}</fieldset>`;

/** Toggles in a row: pressed means in. */
export const Toggles = ({ label, of, isIn, nameOf, onToggle, disabled = false }) => html`<div class="toggles" role="group" aria-label=${label}>
  ${of.map((each) => html`<${Toggle} key=${each.id} pressed=${isIn(each)} disabled=${disabled} run=${() => onToggle(each, !isIn(each))}>${nameOf(each)}</${Toggle}>`)}</div>`;

function Toggle({ pressed, disabled, run, children }) {
  const [busy, setBusy] = useState(false);
  const click = async () => {
    setBusy(true);
    await run();
    setBusy(false);
  };
  return html`<button type="button" class="toggle" aria-pressed=${pressed} disabled=${disabled || busy} onClick=${click}><${Icon} name=${pressed ? "check" : "plus"} size=${15} />${children}</button>`;
}

/** Words that were chosen, one more by Enter or a comma; those that are in use are offered. */
export function SkillBox({ value, onChange }) {
  const [typed, setTyped] = useState("");
  const offered = [...new Set([...inUse.value, "id", "en"])].filter((skill) => !value.includes(skill)).sort();
  const add = (text) => {
    const words = text.split(",").map((word) => word.trim().toLowerCase()).filter(Boolean);
    if (words.length) onChange([...new Set([...value, ...words])].sort());
    setTyped("");
  };
  const key = (event) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && !typed && value.length) onChange(value.slice(0, -1));
  };
  const isChosen = ({ inputType, target }) => (!inputType || inputType === "insertReplacementText") && offered.includes(target.value); // from the list, not typed
  const input = (event) => (isChosen(event) ? add(event.target.value) : setTyped(event.target.value));
  return html`<span class="skill-box">
      ${value.map((skill) => html`<span class="tag" key=${skill}>${skillName(skill)}<${IconButton} icon="close" size=${13} label=${t("skill_remove", { skill: skillName(skill) })} onClick=${() => onChange(value.filter((each) => each !== skill))} /></span>`)}
      <input id="skills" list="skills-in-use" maxlength="60" autocomplete="off" autocapitalize="off" placeholder=${t("skills_hint")} value=${typed} onInput=${input} onKeyDown=${key} onBlur=${() => add(typed)} /></span>
    <datalist id="skills-in-use">${offered.map((skill) => html`<option key=${skill} value=${skill}>${skillName(skill)}</option>`)}</datalist>`;
}
