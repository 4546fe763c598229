// One socket per tab. It comes back by itself, ever more patiently, and says in plain events what happens.
import { me } from "./words.js";

const PATIENCE = 60_000; // ms without a word from the server (it beats every 25 s): the line is dead

export class Connection extends EventTarget {
  #socket = null;
  #tries = 0;
  #timer = 0;
  #watchdog = 0;
  #downSince = 0;
  open = false;
  over = false; // the session has ended: no use trying again
  door = ""; // then: the sign-in page that says why, and leads back here

  constructor() {
    super();
    addEventListener("online", () => this.connect());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.connect());
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.connect());
  }

  /** How long, in ms, there has been no line. */
  get downFor() {
    return this.#downSince ? Date.now() - this.#downSince : 0;
  }

  connect() {
    if (this.over || (this.#socket && this.#socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws/`);
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#hear(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#lost(event.code));
  }

  /** Sends a frame if the line stands; false if it does not. */
  send(frame) {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #hear(frame) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#socket.close(), PATIENCE);
    if (this.over) return;
    if (frame.t === "hello" && frame.person !== me) { // somebody else signed in in this browser: this page is not theirs
      this.over = true;
      this.#socket.close();
      return location.reload();
    }
    if (frame.t === "hello") {
      this.#tries = 0;
      this.open = true;
      this.#downSince = 0;
      this.dispatchEvent(new Event("up"));
    }
    this.dispatchEvent(new CustomEvent(frame.t, { detail: frame }));
  }

  async #lost(code) {
    clearTimeout(this.#watchdog);
    this.open = false;
    this.#downSince ||= Date.now();
    this.#tries += 1;
    this.dispatchEvent(new Event("down"));
    // A refused handshake looks like a dead line: ask the pages now and then. And a new password gives this browser a
    // new session, so that the old one's end (4001) is not the end.
    if (!this.over && (code === 4001 || this.#tries % 3 === 0) && (this.door = await signedOut())) {
      this.over = true;
      this.dispatchEvent(new Event("down"));
    }
    if (this.over) return;
    // 0.3 s, 0.6 s … 20 s, and a random part, so that a whole town does not return at once
    const wait = Math.min(20_000, 300 * 2 ** (this.#tries - 1)) * (0.5 + Math.random());
    this.#timer = setTimeout(() => this.connect(), wait);
  }
}

/** Where the pages ask to sign in, if they do, too; a server that cannot be reached has not said so. */
async function signedOut() {
  const answer = await fetch("/chat/list/", { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  if (!answer?.redirected) return "";
  const door = new URL(answer.url);
  if (door.searchParams.has("next")) door.searchParams.set("next", location.pathname + location.search);
  return door.href;
}
