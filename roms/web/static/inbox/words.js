// What a person wrote: letters, and links that lead to http(s) only.
import { html } from "../vendor/ui.js";
import { parts } from "./lines.js";

export const Words = ({ text }) => html`<div class="words" dir="auto">${parts(text).map((part) =>
  part.href ? html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow">${part.text}</a>` : part.text)}</div>`;
