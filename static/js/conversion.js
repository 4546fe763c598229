// Keys that belong to an input method go no further, on any page and in any field: Enter and Escape during a conversion
// (isComposing, keyCode 229), and the Enter or Escape that Safari lets through just after its end.
const AFTER = 50; // ms
const KEYS = new Set(["Enter", "NumpadEnter", "Escape"]);
let ended = -Infinity;

function belongsToIt(event) {
  return event.isComposing || event.keyCode === 229 || event.timeStamp - ended < AFTER;
}

addEventListener("compositionend", (event) => (ended = event.timeStamp), { capture: true });
for (const kind of ["keydown", "keypress", "keyup"]) {
  addEventListener(kind, (event) => {
    if (!(KEYS.has(event.key) || KEYS.has(event.code)) || !belongsToIt(event)) return;
    event.stopImmediatePropagation();
    // A field of one line would send its form, Escape would close a dialog or empty a search. A new line stays possible.
    if (event.key === "Escape" || event.target.localName === "input") event.preventDefault();
  }, { capture: true });
}
