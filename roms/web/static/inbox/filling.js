// A template and the values put into it: what is missing, what is wrong, how it will look. Pure.

const LONGEST = { header: 60, body: 1024, button: 2000 };
const SLOT = /\{\{\s*([\w]+)\s*\}\}/g;

export const partOf = (template, type) => template.components?.find((part) => String(part.type).toUpperCase() === type) ?? null;
export const idOf = ({ where, key }) => `${where}.${key}`;

/** The kind of file that stands above the words, if one does: image, video or document. */
export function fileKind(template) {
  const format = String(partOf(template, "HEADER")?.format ?? "TEXT").toLowerCase();
  return ["image", "video", "document"].includes(format) ? format : null;
}

export const isFileSlot = (template, parameter) => parameter.where === "header" && fileKind(template) !== null;

/** Why a value may not go in, as the key of a text; "" when it may. A file is {file: public id}. */
export function problemOf(template, parameter, value) {
  if (isFileSlot(template, parameter)) return value?.file ? "" : "fill_file";
  const text = String(value ?? "");
  if (!text.trim()) return "fill_empty";
  if (/[\n\r\t]| {4}/.test(text)) return "fill_spaces";
  if (parameter.where === "button" && /\s/.test(text)) return "fill_link";
  return text.length > LONGEST[parameter.where] ? "fill_long" : "";
}

const filled = (text, where, values) =>
  String(text ?? "").replace(SLOT, (whole, key) => String(values[`${where}.${key}`] ?? "").trim() || whole);

/** The parts as a person will read them, with the values in their places; a place without one stays visible. */
export function preview(template, values) {
  const [header, body, footer, buttons] = ["HEADER", "BODY", "FOOTER", "BUTTONS"].map((type) => partOf(template, type));
  return {
    header: header && !fileKind(template) ? filled(header.text, "header", values) : "",
    file: fileKind(template) && { kind: fileKind(template), content: values[`header.${fileKind(template)}`]?.content ?? null },
    body: filled(body?.text, "body", values),
    footer: footer?.text ?? "",
    buttons: (buttons?.buttons ?? []).map((each) => ({ text: each.text ?? "", type: each.type ?? "" })),
  };
}

/** What the server is told: lists for {{1}}, names for {{name}}. */
export function parametersOf(template, values) {
  const of = (where) => (template.parameters ?? []).filter((parameter) => parameter.where === where);
  const value = (parameter) => values[idOf(parameter)];
  const body = of("body");
  const numbered = body.every(({ key }) => /^\d+$/.test(key));
  const sorted = [...body].sort((a, b) => Number(a.key) - Number(b.key));
  const told = { body: numbered ? sorted.map((each) => value(each).trim()) : Object.fromEntries(body.map((each) => [each.key, value(each).trim()])) };
  const [header] = of("header");
  const kind = fileKind(template);
  if (header) told.header = kind ? { type: kind, file: value(header).file } : { type: "text", text: value(header).trim() };
  const buttons = of("button").map((each) => ({ index: Number(each.key) || 0, value: value(each).trim() }));
  if (buttons.length) told.buttons = buttons;
  return told;
}
