// What rings for supervisors: a contact whom nobody of the team answered in time. Once, on every page of theirs.
import { nameOf } from "./bits.js";
import { me } from "./boot.js";
import { go } from "./nav.js";
import { toast } from "./notices.js";
import { t } from "./text.js";

const RINGS_FOR = ["admin", "supervisor"];

export function ring(frame) {
  if (frame.t !== "change" || frame.ring !== "supervisors" || !RINGS_FOR.includes(me.role)) return;
  const { id } = frame.conversation;
  toast(t("escalated", { name: nameOf(frame.conversation) }), { kind: "error", ms: 30_000, act: { label: t("escalated_open"), run: () => go(id) } });
}
