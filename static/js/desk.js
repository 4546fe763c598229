// Somebody who reads and scrolls is at the desk, though no request says so. A light sign over the socket keeps them
// signed in; what the browser does by itself is no sign.
const PAUSE = 4 * 60_000; // ms between two signs at least
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchmove", "visibilitychange"];

/** Sends `here` now and then while somebody uses the page. Opening it was a sign itself. */
export function watchDesk(connection) {
  let told = Date.now();
  const sign = () => {
    if (document.visibilityState !== "visible" || Date.now() - told < PAUSE) return;
    if (connection.send({ t: "here" })) told = Date.now();
  };
  for (const name of SIGNS) document.addEventListener(name, sign, { capture: true, passive: true });
}
