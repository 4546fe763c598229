// The interface's words, from the page's <template id="words">: frames and markup carry none.
const store = document.getElementById("words");

export const me = store ? Number(store.dataset.person) : 0;
const bodies = new Set((store?.dataset.organizations ?? "").trim().split(/\s+/));

/** The word under `key`, with {names} filled in. */
export function say(key, values = {}) {
  const text = store?.content.querySelector(`[data-word="${CSS.escape(key)}"]`)?.textContent ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether an organization is one of the reader's own bodies. */
export const isOwn = (organization) => bodies.has(String(organization));

export const language = document.documentElement.lang;
const dayFormat = new Intl.DateTimeFormat(language, { month: "long", day: "numeric", weekday: "short" });
const yearFormat = new Intl.DateTimeFormat(language, { year: "numeric", month: "long", day: "numeric", weekday: "short" });
export const dateKey = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo" });

/** "2026-11-20" as 「2026年11月20日(金)」. */
export const fullDay = (key) => yearFormat.format(new Date(`${key}T12:00:00`));

/** "2026-11-20" as 「11月20日(金) 今日」; other years with their year. */
export function day(key) {
  const today = dateKey.format(new Date());
  const yesterday = dateKey.format(new Date(Date.now() - 86_400_000));
  const date = new Date(`${key}T12:00:00`);
  const label = (key.slice(0, 4) === today.slice(0, 4) ? dayFormat : yearFormat).format(date);
  if (key === today) return `${label} ${say("today")}`;
  return key === yesterday ? `${label} ${say("yesterday")}` : label;
}
