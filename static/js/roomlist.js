// The list of rooms: honest counts without a reload, narrowing by name, and one tab stop for all of it.
import { keepFocus, step } from "./focus.js";
import { say } from "./words.js";

export class RoomList {
  rooms = new Map(); // room → { last_number, read_number, from_number }

  constructor(nav) {
    this.nav = nav;
    this.here = new Set();
    this.#listen();
  }

  #listen() {
    const field = this.nav.querySelector("#find-room");
    field.addEventListener("input", () => this.narrow(field.value));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.nav.querySelector("li:not([hidden]) > a[data-room]")?.click();
      if (event.key === "ArrowDown" && !event.isComposing) (event.preventDefault(), this.links()[0]?.focus());
    });
    this.nav.addEventListener("keydown", (event) => this.key(event));
    this.nav.addEventListener("focusin", (event) => event.target.matches("a.room") && this.stop(event.target));
    this.stop();
  }

  /** The rooms that are shown. */
  links() {
    return [...this.nav.querySelectorAll("a.room")].filter((link) => !link.closest("[hidden]"));
  }

  /** The one link the tab key stops at: the one given, else the open room's, else the first. */
  stop(link) {
    const links = this.links();
    const one = link ?? links.find((other) => other === document.activeElement)
      ?? links.find((other) => other.hasAttribute("aria-current")) ?? links[0];
    for (const other of this.nav.querySelectorAll("a.room")) other.tabIndex = other === one ? 0 : -1;
  }

  key(event) {
    if (!event.target.matches("a.room") || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Escape") return void document.getElementById("text")?.focus();
    const links = this.links();
    if (event.key === "ArrowUp" && event.target === links[0]) {
      event.preventDefault();
      return void this.nav.querySelector("#find-room").focus();
    }
    const to = step(event.key, links, event.target);
    if (to) (event.preventDefault(), to.focus());
  }

  narrow(words) {
    const wanted = words.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    for (const link of this.nav.querySelectorAll("a[data-room]")) {
      const name = link.title.normalize("NFKC").toLowerCase();
      const found = wanted.every((word) => name.includes(word));
      link.parentElement.hidden = !found;
      any ||= found;
    }
    for (const section of this.nav.querySelectorAll("section")) {
      section.hidden = !section.querySelector("li:not([hidden])");
    }
    this.nav.querySelector(".none").hidden = any || !wanted.length;
    this.stop();
  }

  /** All rooms, as the server says they stand. */
  know(rooms) {
    this.rooms = new Map(rooms.map((room) => [room.room, room]));
    for (const id of this.rooms.keys()) this.show(id);
  }

  counted(id, lastNumber) {
    const room = this.rooms.get(id);
    if (!room) return;
    room.last_number = Math.max(room.last_number, lastNumber);
    this.show(id);
  }

  hasRead(id, number) {
    const room = this.rooms.get(id);
    if (!room) return;
    room.read_number = Math.max(room.read_number, number);
    this.show(id);
  }

  unread(id) {
    const room = this.rooms.get(id);
    return room ? Math.max(0, room.last_number - Math.max(room.read_number, room.from_number - 1)) : 0;
  }

  show(id) {
    const link = this.nav.querySelector(`a[data-room="${id}"]`);
    if (!link) return;
    const n = this.unread(id);
    link.classList.toggle("new", n > 0);
    link.querySelector(".count").hidden = n === 0;
    link.querySelector(".num").textContent = n > 99 ? "99+" : n;
    this.title();
  }

  /** The window's title says how many rooms have something unread. */
  title() {
    const n = [...this.rooms.keys()].filter((id) => this.unread(id) > 0).length;
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (n) document.title = `(${n}) ${document.title}`;
  }

  /** Who is here, of the people this reader shares a room with. */
  present(people) {
    this.here = new Set(people);
    for (const face of document.querySelectorAll(".face[data-person]")) {
      face.classList.toggle("here", this.here.has(Number(face.dataset.person)));
    }
    for (const link of this.nav.querySelectorAll("a[data-room]")) {
      const face = link.querySelector(".face");
      link.querySelector(".presence").textContent = face && this.here.has(Number(face.dataset.person)) ? say("here") : "";
    }
  }

  /** Fetches the list anew: a room came or went. */
  async refresh() {
    const answer = await fetch(`/chat/list/?current=${this.nav.dataset.current}`);
    if (!answer.ok || answer.redirected) return;
    const page = document.createElement("template");
    page.innerHTML = await answer.text();
    const field = this.nav.querySelector("#find-room");
    keepFocus(this.nav, () => {
      const old = this.nav.querySelector(".scroll");
      const [now, top] = [page.content.querySelector(".scroll"), old.scrollTop];
      old.replaceWith(now);
      now.scrollTop = top;
      this.narrow(field.value);
    }, () => field.focus());
    for (const id of this.rooms.keys()) this.show(id);
    this.present(this.here);
  }
}
