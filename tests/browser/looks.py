"""What a page is measured by: what sticks out, is cut off or covered, moves, or is said in the wrong language."""

NARROW, HALF, SCREEN = (320, 256), (640, 512), (1280, 1024)  # 400 %, 200 % and 100 % of WCAG 1.4.10's 1280 × 1024
SPACED = """*:not(svg *) { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }"""  # WCAG 1.4.12
LARGE = "html { font-size: 200% !important; }"

# Everything seen that lies beside the window, every scroller that scrolls sideways, and every control that cannot be hit.
# Names of rooms may end in 「…」, and are whole in the title; what is only read out has no place on the screen.
MISFITS = """() => {
  const found = [], say = (what, e) => found.push(`${what}: ${e.outerHTML.slice(0, 110)}`);
  const unseen = ".sr, .skip, .msg-tools, svg, .more > .msg-head, [hidden], dialog:not([open])";
  const hidden = (e) => e.closest(unseen) || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const shortened = ".room-name, .room-name *, .talk-title > *, .talk-title > * *";
  if (document.documentElement.scrollWidth > innerWidth) found.push("the window scrolls sideways");
  for (const e of document.querySelectorAll("body *")) {
    if (hidden(e)) continue;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (!box.width || style.display === "inline") continue;
    if ((box.right > innerWidth + 1 || box.left < -1) && !e.matches(shortened)) say("outside", e);
    const wide = e.scrollWidth > e.clientWidth + 1, high = e.scrollHeight > e.clientHeight + 2;
    if (wide && /auto|scroll/.test(style.overflowX) && e.localName !== "textarea") say("scrolls sideways", e);
    if (/hidden|clip/.test(style.overflowX) && wide && !e.matches(shortened) && !e.matches("input, .msg-body, .app, progress"))
      say("cut off at the side", e);
    const whole = !e.matches(shortened) && !e.matches(".app, input, progress, .msg-body, .audience");
    if (/hidden|clip/.test(style.overflowY) && high && whole)
      say("cut off below", e);
  }
  const places = [...document.querySelectorAll("*")].filter((e) => e.scrollHeight > e.clientHeight).map((e) => [e, e.scrollTop]);
  const open = document.querySelector("dialog[open]") ?? document;
  for (const e of open.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (hidden(e)) continue;
    e.scrollIntoView({ block: "center", behavior: "instant" });
    const over = [...e.getClientRects()].map(({ left, right, top, bottom }) =>
      document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
    const hit = over.some((there) => there && (e.contains(there) || there.closest(".jump") || [...e.labels ?? []].includes(there)));
    if (!hit) say(`covered by ${over[0]?.outerHTML.slice(0, 60)}`, e);
  }
  for (const [e, top] of places) e.scrollTop = top;
  return found;
}"""

# With less motion asked for: whatever still takes time to move. A toast leaves after a while, at once.
MOVING = """() => [...document.querySelectorAll("*")].flatMap((e) => ["", "::before", "::after"].map((part) => {
  const s = getComputedStyle(e, part || null), long = (list) => list.split(",").some((time) => parseFloat(time) > 0);
  return long(s.transitionDuration) || (s.animationName !== "none" && long(s.animationDuration)) || s.scrollBehavior === "smooth"
    ? `${e.localName}.${e.className}${part}` : "";
})).filter(Boolean)"""

# One h1; no heading two levels below the one before it; one main; a title of its own.
ORDER = """() => {
  const found = [], levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
    .filter((h) => h.checkVisibility() && !h.closest("dialog")).map((h) => Number(h.localName[1]));
  if (levels.filter((level) => level === 1).length !== 1) found.push(`headings of the first level: ${levels}`);
  if (levels.some((level, at) => at && level > levels[at - 1] + 1)) found.push(`headings out of order: ${levels}`);
  if (document.querySelectorAll("main").length !== 1) found.push("not one main");
  if (!/^(\\(\\d+\\) )?[^(—].+ — Engawa$/.test(document.title)) found.push(`title: ${document.title}`);
  return found;
}"""

# Words in Japanese letters that a voice would be told to read as another language. A name inside an English sentence stays.
MISREAD = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node; (node = walk.nextNode()); ) {
    const e = node.parentElement;
    const japanese = /[\\u3041-\\u30fa\\u4e00-\\u9fff]/u.test(node.data) && !/[a-z]{2}/.test(node.data);
    if (japanese && !e.closest("[aria-hidden], template, script, option") && e.closest("[lang]").lang !== "ja")
      found.push(`${e.localName}.${e.className}: ${node.data.trim().slice(0, 40)}`);
  }
  return found;
}"""
