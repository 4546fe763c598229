// The chat page: joins connection, list, talk and composer.
import { Announcer } from "./announcer.js";
import { Composer } from "./composer.js";
import { watchDesk } from "./desk.js";
import { Connection } from "./connection.js";
import { Elsewhere } from "./outbox.js";
import { keepFocus } from "./focus.js";
import { RoomList } from "./roomlist.js";
import { Steps } from "./steps.js";
import { Talk } from "./talk.js";
import { Tools } from "./tools.js";
import { Typing } from "./typing.js";
import { dateKey, fullDay, language, me, say } from "./words.js";

const connection = new Connection();
const main = document.getElementById("main");
const list = new RoomList(document.getElementById("rooms"));
const talk = main.dataset.room ? new Talk(main) : null;
const form = document.getElementById("composer");
const composer = talk && form ? new Composer(form, talk, connection) : null;
const typing = talk ? new Typing(document.getElementById("typing"), talk) : null;
const announcer = talk ? new Announcer(document.getElementById("news"), document.getElementById("alarm")) : null;
const steps = talk ? new Steps(talk) : null;
if (talk) new Tools(talk);
new Elsewhere(connection, talk?.room);
watchDesk(connection);

// -- connection ------------------------------------------------------------------------------------------------------

const bar = document.getElementById("connection");

/** Says in plain words that something stands in the way, with a link to the way out where there is one. */
function tell(words, link) {
  if (!bar || bar.dataset.words === words) return;
  bar.dataset.words = words;
  bar.hidden = !words;
  bar.replaceChildren(words);
  if (link) {
    const anchor = Object.assign(document.createElement("a"), { className: "link", href: link.href, textContent: link.words });
    bar.append(" ", anchor);
  }
  announcer?.tell(words || say("online"));
}
if (bar) bar.dataset.words = "";

connection.addEventListener("up", () => {
  tell("");
  if (talk) connection.send({ t: "watch", room: talk.room });
  composer?.resume();
});
connection.addEventListener("down", () => {
  if (connection.door) return location.replace(connection.door); // what was being written is kept
  if (connection.over) tell(say("signed-out"), { href: `/account/login/?next=${encodeURIComponent(location.pathname)}`, words: say("sign-in") });
});
setInterval(() => {
  if (connection.over || !connection.downFor) return;
  if (connection.downFor > 3_000) tell(say("offline"));
  if (connection.downFor > 8_000) talk?.catchUp().catch(() => {}); // no socket gets through: look now and then
}, 5_000);
setInterval(() => connection.downFor > 3_000 && !connection.over && tell(say("offline")), 1_000);

// -- frames ----------------------------------------------------------------------------------------------------------

const on = (name, hear) => connection.addEventListener(name, (event) => hear(event.detail));

on("hello", ({ rooms }) => list.know(rooms));
on("rooms", ({ rooms }) => (list.know(rooms), list.refresh()));
on("count", ({ room, last_number }) => list.counted(room, last_number));
on("read", ({ room, reads }) => {
  if (reads[me] !== undefined) list.hasRead(room, reads[me]);
  if (room === talk?.room) talk.hearReads(reads);
});
on("posted", (frame) => frame.room === talk?.room && composer?.posted(frame));
on("refused", (frame) => composer?.refused(frame));
on("typing", ({ room, person }) => room === talk?.room && typing.hear(person));
on("gone", ({ room }) => {
  if (room === talk?.room) leave();
  list.rooms.delete(room);
  list.refresh();
});
on("watching", (frame) => {
  if (frame.room !== talk?.room) return;
  talk.reads.clear();
  talk.starts = new Map(Object.entries(frame.starts).map(([person, number]) => [Number(person), number]));
  talk.hearReads(frame.reads);
  list.present([...new Set([...list.here, ...frame.here])]);
  if (frame.upto > talk.cursor) talk.catchUp(frame.upto);
  audience(frame);
});
on("change", (frame) => frame.room === talk?.room && talk.take(frame));
on("beat", ({ rooms, here }) => {
  for (const [room, [lastNumber, lastChange]] of Object.entries(rooms)) {
    list.counted(Number(room), lastNumber);
    if (Number(room) === talk?.room && lastChange > talk.cursor) talk.catchUp(lastChange);
  }
  list.present(here);
});

/** The room is no longer open to this person: nothing of it stays on the screen. */
function leave() {
  const anchor = Object.assign(document.createElement("a"), { className: "btn", href: "/chat/", textContent: say("to-list") });
  const words = Object.assign(document.createElement("p"), { textContent: say("room-gone") });
  const box = Object.assign(document.createElement("div"), { className: "empty" });
  box.append(words, anchor);
  for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
  talk.list.replaceChildren(box);
  main.querySelector(".talk-foot").replaceChildren();
  document.getElementById("printed").textContent = "";
  announcer.forget();
  announcer.tell(say("room-gone"));
  if (document.activeElement === document.body) anchor.focus({ preventScroll: true });
}
main.addEventListener("gone", leave);

// -- who can read here -----------------------------------------------------------------------------------------------

/** Whether the strip says otherwise than a frame: somebody came or went. */
function othersRead({ people, audience: change }) {
  const strip = document.getElementById("audience");
  return strip && !(Number(strip.dataset.people) === people && Number(strip.dataset.change) === change);
}

async function audience(frame) {
  if (!othersRead(frame)) return;
  const answer = await fetch(`/chat/rooms/${talk.room}/audience/`);
  if (!answer.ok || answer.redirected) return;
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  const [old, now] = [document.getElementById("audience"), template.content.firstElementChild];
  keepFocus(old.parentElement, () => old.replaceWith(now));
  document.getElementById("people-count").textContent = now.dataset.count;
  if (outsidersCame(old.dataset, now.dataset)) announcer.warn(`${say("audience-grown")} ${now.querySelector("p").textContent}`);
}

/** Whether somebody beyond the own body became able to read: more of them, or others, where none of our own came. */
function outsidersCame(before, { change, beyond, people }) {
  if (!Number(beyond) || Number(change) <= Number(before.change)) return false;
  return Number(beyond) > Number(before.beyond) || people - beyond <= before.people - before.beyond;
}

const grown = document.getElementById("grown");
form?.addEventListener("grown", async ({ detail: id }) => {
  await audience({});
  document.getElementById("grown-audience").textContent = document.querySelector("#audience p").textContent;
  grown.dataset.entry = id;
  grown.showModal();
});
grown?.addEventListener("close", () => form?.querySelector("textarea").focus());
form?.addEventListener("sent", () => announcer.tell(say("sent")));
form?.addEventListener("unsent", ({ detail }) => announcer.tell(detail));
document.getElementById("grown-back")?.addEventListener("click", () => (grown.close(), composer.back(grown.dataset.entry, true)));
document.getElementById("grown-send")?.addEventListener("click", () => (grown.close(), composer.again(grown.dataset.entry)));

// -- reading ---------------------------------------------------------------------------------------------------------

const jump = document.getElementById("jump");
let unseen = 0;
let told = talk ? Number(main.dataset.read) : 0;

/** Read is what stood on a visible, focused page that was scrolled to its end. */
function markRead() {
  if (!talk || talk.seeking || !talk.atEnd || document.visibilityState !== "visible" || !document.hasFocus()) return;
  if (talk.lastNumber > told && connection.send({ t: "read", room: talk.room, number: talk.lastNumber })) {
    told = talk.lastNumber;
    list.hasRead(talk.room, told);
  }
}

function showJump() {
  if (talk.atEnd) unseen = 0;
  jump.hidden = talk.atEnd;
  document.getElementById("jump-words").textContent = unseen ? say("jump-new", { n: unseen }) : say("jump");
}

if (talk) {
  talk.scroller.addEventListener("scroll", () => {
    showJump();
    markRead();
    const { scrollHeight, clientHeight, scrollTop } = talk.scroller;
    if (scrollHeight - clientHeight + scrollTop < 600) talk.older();
  }, { passive: true });
  jump.addEventListener("click", () => steps.toLast());
  main.addEventListener("changed", ({ detail }) => {
    list.counted(talk.room, detail.last_number);
    for (const [, html] of detail.items.slice(-3)) typing.done(html);
    if (detail.items.some(([number]) => document.getElementById(`m-${talk.room}-${number}`)?.matches(".gone"))) announcer.forget();
    announcer.came(detail.came);
    if (!talk.atEnd) unseen += detail.came.length;
    showJump();
    markRead();
    if (othersRead(detail)) connection.send({ t: "watch", room: talk.room }); // 既読 counts who is here, from where they read
    audience(detail);
    list.present(list.here);
  });
  addEventListener("focus", markRead);
  document.addEventListener("visibilitychange", markRead);
  connection.addEventListener("watching", markRead);
  if (talk.newFrom) talk.toUnread().then(markRead);
  if (talk.scroller.scrollHeight <= talk.scroller.clientHeight) talk.older();
  showJump();
}
if (talk && location.hash.startsWith("#m-")) steps.goTo(location.hash.slice(1));
document.querySelector(".skip[href='#talk-list']")?.addEventListener("click", (event) => (event.preventDefault(), steps.enter()));

// -- on paper --------------------------------------------------------------------------------------------------------

/** Says on the paper when it was printed, and from when to when its messages are: the page holds not all of a long room. */
function stamp() {
  const days = [...talk.articles()].map((article) => fullDay(article.dataset.at.slice(0, 10)));
  const now = new Date();
  const at = `${fullDay(dateKey.format(now))} ${now.toLocaleTimeString(language, { hour: "numeric", minute: "2-digit" })}`;
  const printed = document.getElementById("printed");
  printed.textContent = days.length ? say("printed", { at, from: days[0], to: days.at(-1) }) : say("printed-empty", { at });
}
if (talk) {
  addEventListener("beforeprint", stamp);
  matchMedia("print").addEventListener("change", stamp);
}

connection.connect();
