// From entries to the lines on the screen: day separators, who is speaking now, bubbles that belong together.

const TOGETHER = 4 * 60_000; // ms: messages of one sender closer than this share one head and one tail

const dayOf = (at) => new Date(at).toDateString();

/** Lines in order: {type: "day"|"joined"|"bot"|"system"|"message", key, …}. Pending messages come last. */
export function linesOf(entries, pending) {
  const lines = [];
  let day = "";
  let speaker = null; // the agent's name while a person is answering, "" while the bot is
  const all = [...entries, ...pending.map(asEntry)];
  for (const entry of all) {
    if (entry.kind === "reaction") continue; // it stands on the message it belongs to
    if (dayOf(entry.at) !== day) {
      day = dayOf(entry.at);
      lines.push({ type: "day", key: `day-${day}`, at: entry.at });
    }
    const change = changeOfSpeaker(entry, speaker);
    if (change) {
      speaker = change.speaker;
      if (change.line) lines.push({ ...change.line, key: `speaker-${entry.seq}` });
    }
    lines.push(lineOf(entry));
  }
  return markGroups(lines);
}

function changeOfSpeaker(entry, speaker) {
  if (entry.from === "agent" && entry.name !== speaker) return { speaker: entry.name, line: { type: "joined", name: entry.name } };
  if (entry.from === "bot" && speaker !== "") return { speaker: "", line: speaker ? { type: "bot" } : null };
  return null;
}

function lineOf(entry) {
  const type = entry.from === "system" ? "system" : "message";
  return { type, key: entry.client_id || `seq-${entry.seq}`, entry };
}

function asEntry(item) {
  return { ...item, from: "you", name: "", seq: null, status: item.state, options: [] };
}

function markGroups(lines) {
  return lines.map((line, i) => ({ ...line, first: !together(lines[i - 1], line), last: !together(line, lines[i + 1]) }));
}

function together(a, b) {
  if (a?.type !== "message" || b?.type !== "message") return false;
  const near = new Date(b.entry.at) - new Date(a.entry.at) < TOGETHER;
  return near && a.entry.from === b.entry.from && a.entry.name === b.entry.name;
}

/** Text cut at its http(s) links: [{text}|{text, href}]. Nothing else ever becomes a link. */
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"']+/gi)) {
    const shown = match[0].replace(/[.,;:!?)\]}]+$/, "");
    const href = safeLink(shown);
    if (!href) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

function safeLink(text) {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}
