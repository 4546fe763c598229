// What was written and is not yet acknowledged. Kept in this browser until the server has it, so that neither a reload
// nor a lost line loses words; each keeps its id, so that sending twice stores once.
import { me } from "./words.js";

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

  /** Lets go of what the server has, or the writer no longer wants. */
  drop(id) {
    this.#write(this.all().filter((entry) => entry.id !== id));
  }

  #write(entries) {
    if (entries.length) localStorage.setItem(key(this.room), JSON.stringify(entries));
    else localStorage.removeItem(key(this.room));
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
