// What was written and is not yet acknowledged. Kept in this browser until the server has it, so that neither a reload
// nor a lost line loses words; each keeps its id, so that sending twice stores once.
import { me } from "./words.js";

export const ANSWER = 10_000; // ms to wait for an answer on the socket before asking again
export const FINAL = new Set(["invalid", "long", "gone", "conflict", "closed", "grown"]); // else the words are tried again

const key = (room) => `engawa-outbox-${me}-${room}`;

function readAll(room) {
  try {
    return JSON.parse(localStorage.getItem(key(room)) ?? "[]");
  } catch {
    return [];
  }
}

export class Outbox {
  constructor(room) {
    this.room = room;
  }

  /** What waits in rooms other than this one and has not failed. */
  static elsewhere(room) {
    const prefix = key("");
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix) && name !== key(room))
      .flatMap((name) => readAll(name.slice(prefix.length))).filter((entry) => !entry.failed);
  }

  /** Everything waiting, oldest first. */
  all() {
    return readAll(this.room);
  }

  /** Keeps new words; returns what was kept. */
  add(body, audience) {
    const entry = { id: crypto.randomUUID?.() ?? uuid(), room: this.room, body, audience };
    this.#write([...this.all(), entry]);
    return entry;
  }

  /** Changes an entry (a reason it failed, a newer audience). */
  update(id, fields) {
    this.#write(this.all().map((entry) => (entry.id === id ? { ...entry, ...fields } : entry)));
  }

  /** Lets go of what the server has, or the writer no longer wants. True if it was still kept. */
  drop(id) {
    const all = this.all();
    const others = all.filter((entry) => entry.id !== id);
    this.#write(others);
    return others.length < all.length;
  }

  #write(entries) {
    if (entries.length) localStorage.setItem(key(this.room), JSON.stringify(entries));
    else localStorage.removeItem(key(this.room));
  }
}

/** Sends what waits in rooms that are not open here: one at a time, each after the answer to the one before. */
export class Elsewhere {
  #asked = null; // the entry on its way
  #timer = 0;

  constructor(connection, open) {
    Object.assign(this, { connection, open });
    connection.addEventListener("up", () => this.#next());
    connection.addEventListener("posted", ({ detail }) => {
      if (detail.room !== open) new Outbox(detail.room).drop(detail.id);
      if (detail.id === this.#asked?.id) this.#next();
    });
    connection.addEventListener("refused", ({ detail: { id, why } }) => {
      if (!this.#asked || id !== this.#asked.id) return;
      if (FINAL.has(why)) (new Outbox(this.#asked.room).update(id, { failed: why }), this.#next()); // said when its room is opened
      else this.#later(); // busy
    });
  }

  #next() {
    clearTimeout(this.#timer);
    this.#asked = Outbox.elsewhere(this.open)[0] ?? null;
    if (!this.#asked) return;
    const { id, room, body, audience } = this.#asked;
    if (this.connection.send({ t: "post", room, id, body, audience })) this.#later();
  }

  /** Asks again if no answer comes; without a line, the next one asks. */
  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connection.open && this.#next(), ANSWER);
  }
}

/** A random UUID where crypto.randomUUID is missing: plain http to a host name other than localhost. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
