// The list of rooms: honest counts without a reload, and narrowing by name.
import { imeOwns } from "./composer.js";
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
    let ended = -1e9;
    field.addEventListener("compositionend", (event) => (ended = event.timeStamp));
    field.addEventListener("input", () => this.narrow(field.value));
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || imeOwns(event, ended)) return;
      this.nav.querySelector("li:not([hidden]) > a[data-room]")?.click();
    });
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
    this.nav.querySelector(".scroll").replaceWith(page.content.querySelector(".scroll"));
    for (const id of this.rooms.keys()) this.show(id);
    this.present(this.here);
    this.narrow(this.nav.querySelector("#find-room").value);
  }
}
