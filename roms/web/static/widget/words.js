// The widget's texts in the visitor's language, with plurals and dates by the browser's own Intl.

export async function loadWords(language) {
  const answer = await fetch(`/static/i18n/${language}/widget.json`);
  if (!answer.ok) throw new Error(`no texts for ${language}`);
  return wordsOf(language, await answer.json());
}

export function wordsOf(language, texts) {
  const plurals = new Intl.PluralRules(language);
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const date = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });

  function t(key, params = {}) {
    const plural = "count" in params ? `${key}_${plurals.select(params.count)}` : key;
    const text = texts[plural] ?? texts[`${key}_other`] ?? texts[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
  }

  function day(at, now) {
    const then = new Date(at).toDateString();
    const yesterday = new Date(now);
    yesterday.setDate(yesterday.getDate() - 1);
    if (then === now.toDateString()) return t("today");
    return then === yesterday.toDateString() ? t("yesterday") : date.format(new Date(at));
  }

  return { language, t, day, time: (at) => clock.format(new Date(at)) };
}
