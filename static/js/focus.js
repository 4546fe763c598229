// The focus stays on the same thing while what stands there is replaced, moved or taken away.

const PARTS = ["data-tool", "data-wait", "href"]; // what tells the parts of a message, or the rooms of a list, apart

function nameOf(part) {
  const by = PARTS.find((attribute) => part.hasAttribute(attribute));
  return by ? `[${by}="${CSS.escape(part.getAttribute(by))}"]` : "";
}

/** Where an article that was replaced stands now: by its id, else by the writer's id of what waited to be delivered. */
function standsAs(article) {
  const client = CSS.escape(article.dataset.waiting ?? article.dataset.client ?? "");
  return (article.id && document.getElementById(article.id)) || document.querySelector(`article[data-client="${client}"]`);
}

/** Puts the focus on an article, or on one part of it if that is still there. */
export function focusPart(article, name) {
  article.focus({ preventScroll: true }); // its tools come to it
  if (name) article.querySelector(name)?.focus({ preventScroll: true });
}

/** Runs `change`; what had the focus inside `root` has it afterwards, or else `otherwise()` decides. Returns what it returns. */
export function keepFocus(root, change, otherwise = () => {}) {
  const held = document.activeElement;
  if (!root.contains(held)) return change();
  const article = held.closest("article");
  const name = held === article ? "" : nameOf(held);
  const result = change();
  if (held.isConnected && document.activeElement === held) return result;
  const now = article && (article.isConnected ? article : standsAs(article));
  if (now) focusPart(now, name);
  else {
    const same = held.isConnected ? held : !article && name && root.querySelector(name);
    if (same) same.focus({ preventScroll: true });
    else otherwise();
  }
  return result;
}

/** One tab stop for many: arrow keys, Home and End go among `items()`, and the tab key leaves. */
export function step(key, items, at) {
  const index = items.indexOf(at);
  const to = { ArrowUp: Math.max(0, index - 1), ArrowDown: index + 1, Home: 0, End: items.length - 1 }[key];
  return to === undefined ? null : items[Math.min(to, items.length - 1)] ?? null;
}
