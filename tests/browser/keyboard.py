"""A keyboard as people have it: with a Japanese input method, and with the tab key to go everywhere."""

ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
ESCAPE = {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27}
PROCESSED = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
CONTROL = 2
FIELDS = "input:not([type]), input[type=text], input[type=search], input[type=email], input[type=tel], input[type=url], textarea"

# Before any script of the page: what keys there were, and whether a form went off. Both are forgotten with the page.
HEARS_KEYS = """window.keys = []; window.sent = 0;
addEventListener("keydown", (e) => window.keys.push([e.key, e.keyCode, e.isComposing]), { capture: true });
addEventListener("submit", () => (window.sent += 1), { capture: true });"""

# Safari's order: the conversion ends first, the key that ended it comes after. What a field's own listeners hear of it.
AFTERWARDS = """(field) => new Promise((heard) => {
  const seen = [], hear = (e) => seen.push(e.key);
  field.addEventListener("compositionend", () => {
    field.addEventListener("keydown", hear);
    for (const [key, ctrlKey] of [["Enter", false], ["Enter", true], ["Escape", false]]) {
      const event = new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true });
      if (field.dispatchEvent(event) && (field.localName === "input" || key === "Escape")) seen.push(`${key} does what it does`);
    }
    field.removeEventListener("keydown", hear);
    window.afterwards = seen;
  }, { once: true });
  heard();
})"""

FOCUSED = """() => {
  const e = document.activeElement, ringed = (x) => x && getComputedStyle(x).outlineStyle !== "none"
    && parseFloat(getComputedStyle(x).outlineWidth) >= 2;
  const box = e.getBoundingClientRect();
  return {
    label: e.getAttribute("aria-label") ?? e.labels?.[0]?.innerText ?? "", id: e.id, tag: e.tagName, name: e.className,
    href: e.getAttribute("href") ?? "", tool: e.dataset.tool ?? "",
    room: e.dataset.room ?? "", text: e.innerText ?? "", number: e.dataset.number ?? "",
    ring: Boolean(ringed(e) || ringed(e.closest(".composer"))),
    inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight && e !== document.body,
  };
}"""


class Keyboard:
    """A keyboard with a Japanese input method."""

    def __init__(self, window):
        self.page, self.line = window.page, window.context.new_cdp_session(window.page)
        self.page.evaluate("window.keys.length = 0")

    def compose(self, text):
        """Writes text that still stands in conversion."""
        self.line.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})

    def commit(self, text):
        """The conversion is accepted."""
        self.line.send("Input.insertText", {"text": text})

    def press(self, key, modifiers=0, kind="rawKeyDown"):
        """One key down and up."""
        for each in (kind, "keyUp"):
            self.line.send("Input.dispatchKeyEvent", {"type": each, "modifiers": modifiers, **key})

    def strike_all(self):
        """Every Enter and Escape an input method lets through in a conversion; the page must have seen they are its own."""
        for key in (ENTER, PROCESSED, ESCAPE):
            for modifiers in (0, CONTROL):
                self.press(key, modifiers)
        keys = self.page.evaluate("window.keys.splice(0)")
        where = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        assert len(keys) == 6 and all(composing for _key, _code, composing in keys), f"{keys} at {where}"
        assert {code for _key, code, _composing in keys} == {13, 27, 229}


def focused(page):
    """What has the focus, and whether one sees that it has."""
    return page.evaluate(FOCUSED)


def stops(page, most=400):
    """Every stop of the tab key from the top of the page until it begins again."""
    found = []
    while len(found) < most:
        page.keyboard.press("Tab")
        stop = focused(page)
        if stop["tag"] == "BODY" or (found and stop == found[0]):
            return found
        found.append(stop)
    raise AssertionError("the tab key never comes out again")


def convert_everywhere(window):
    """Converts in every field of the page and of its dialogs; returns what acted, or lost words, in the middle of it."""
    page, keyboard, wrong = window.page, Keyboard(window), []
    dialogs = page.locator("dialog").evaluate_all("(all) => all.map((d) => d.id)")
    for dialog in [None, *dialogs]:
        if dialog:
            page.evaluate("(id) => document.getElementById(id).showModal()", dialog)
        fields = page.locator(f"#{dialog}" if dialog else "body").locator(FIELDS).locator("visible=true")
        for at in range(fields.count()):
            field = fields.nth(at)
            which = field.evaluate("(f) => f.outerHTML.slice(0, 90)")
            wrong += [f"{dialog} {which}: {line}" for line in convert_in(field, page, keyboard)]
        if dialog:
            if not page.locator(f"#{dialog}").is_visible():
                wrong.append(f"{dialog} closed")
            page.evaluate("(id) => document.getElementById(id).close()", dialog)
    return wrong


def convert_in(field, page, keyboard):
    """One conversion in one field with every key that may not act; yields what went wrong."""
    here, before = page.url, field.evaluate("(f) => { const was = f.value; f.value = ''; f.focus(); return was; }")
    field.evaluate(AFTERWARDS)
    keyboard.compose("へんかん")
    keyboard.strike_all()
    if field.evaluate("(f) => f.localName === 'input'"):
        keyboard.press({**ENTER, "text": "\r"}, kind="keyDown")  # the one that sends a form of one line
    keyboard.commit("変換")
    state = page.evaluate("[window.sent, window.afterwards]") if page.url == here else ["another page", None]
    if state != [0, []]:
        yield f"acted: {state}"
    elif field.input_value() != "変換":
        yield f"holds {field.input_value()!r}"
    if page.url == here:
        field.evaluate("(f, was) => { f.value = was; f.dispatchEvent(new Event('input', { bubbles: true })); f.blur(); }", before)
        page.evaluate("window.keys.length = 0")
