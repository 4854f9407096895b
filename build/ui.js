// One file for everything the pages draw with: Preact, its hooks, signals, and `html` in place of JSX.
import htm from "htm";
import { h } from "preact";

export * from "preact";
export * from "preact/hooks";
export * from "@preact/signals";
export const html = htm.bind(h);
