// The talk of one room. One rule: put an element where its number says; if the change skips, fetch until it does not.
import { keepFocus } from "./focus.js";
import { day, fullDay, isOwn, language, me, say } from "./words.js";

const CLOSE = 5 * 60_000; // ms: posts of one author this near to each other stand together

export class Talk {
  constructor(main) {
    this.main = main;
    this.room = Number(main.dataset.room);
    this.cursor = Number(main.dataset.upto);
    this.lastNumber = Number(main.dataset.last);
    this.list = main.querySelector("#talk-list");
    this.scroller = main.querySelector("#talk-scroll");
    this.complete = Boolean(main.dataset.complete);
    this.newFrom = Number(main.dataset.unread) > 0 ? Math.max(Number(main.dataset.read) + 1, Number(main.dataset.from)) : 0;
    this.reads = new Map();
    this.starts = new Map(); // person → the number from which they read
    this.late = []; // changes of posts above, heard while their page was on its way
    this.catching = null;
    this.wanted = 0;
    for (const article of this.articles()) this.dress(article);
    this.arrange();
  }

  articles() {
    return this.list.querySelectorAll("article[data-number]");
  }

  get atEnd() {
    return this.scroller.scrollTop > -80; // column-reverse: 0 is the newest line
  }

  // -- what comes in ----------------------------------------------------------------------------------------------

  /** A change frame: applies it if it joins on, fetches otherwise. */
  take(frame) {
    if (frame.since > this.cursor) return this.catchUp(frame.upto);
    this.accept(frame);
    return Promise.resolve();
  }

  accept(frame) {
    const fresh = this.keepPlace(() => frame.items.filter(([number, html]) => this.put(number, html)));
    const came = fresh.map(([number]) => document.getElementById(`m-${this.room}-${number}`));
    this.cursor = Math.max(this.cursor, frame.upto);
    this.lastNumber = Math.max(this.lastNumber, frame.last_number);
    this.main.dispatchEvent(new CustomEvent("changed", { detail: { ...frame, came } }));
  }

  /** Fetches what changed after the cursor, page by page, one run at a time, until `upto` at least is reached. */
  catchUp(upto = 0) {
    this.wanted = Math.max(this.wanted, upto);
    this.catching ??= this.#catchUp().finally(() => (this.catching = null));
    return this.catching;
  }

  async #catchUp() {
    for (let more = true; more; ) {
      const answer = await fetch(`/chat/rooms/${this.room}/changes/?after=${this.cursor}`, { headers: { Accept: "application/json" } });
      if (answer.status === 404) return void this.main.dispatchEvent(new Event("gone"));
      if (!answer.ok || answer.redirected) return;
      const page = await answer.json();
      this.accept(page);
      more = page.more || this.cursor < this.wanted; // a frame that came meanwhile may want more than this run knew
    }
  }

  /** Puts one message's markup in its place. True if it was not there before. */
  put(number, html) {
    const article = parse(html);
    const old = document.getElementById(article.id);
    this.list.querySelector(`article[data-waiting="${CSS.escape(article.dataset.client)}"]`)?.remove();
    if (old && Number(old.dataset.change) >= Number(article.dataset.change)) return false; // and keeps its focus
    this.dress(article);
    if (old) {
      old.replaceWith(article);
      return false;
    }
    const all = [...this.articles()];
    if (all.length && number < Number(all[0].dataset.number) && !this.complete) { // above what is loaded
      if (this.loading) this.late.push([number, html]);
      return false;
    }
    this.list.querySelector("#empty")?.remove();
    const before = all.findLast((other) => Number(other.dataset.number) < number);
    if (before) before.after(article);
    else this.list.prepend(article);
    return true;
  }

  /** Goes to the first unread line, fetching up to four pages for it; beyond that, as far up as it got. */
  async toUnread() {
    const first = () => this.articles()[0];
    this.seeking = true; // nothing is read before it stands where reading begins
    for (let page = 0; page < 4 && !this.complete && Number(first()?.dataset.number) > this.newFrom; page++) await this.older();
    (this.list.querySelector(".new-line") ?? first())?.scrollIntoView({ block: "center" });
    this.seeking = false;
  }

  /** Loads the page above, one run at a time. */
  older() {
    this.loading ??= this.#older().finally(() => ((this.loading = null), (this.late = [])));
    return this.loading;
  }

  async #older() {
    const first = this.articles()[0];
    if (this.complete || !first) return;
    const answer = await fetch(`/chat/rooms/${this.room}/older/?before=${first.dataset.number}`).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = document.createElement("template");
    page.innerHTML = await answer.text();
    const articles = [...page.content.querySelectorAll("article")];
    for (const article of articles) this.dress(article);
    this.complete = articles.length === 0;
    this.keepPlace(() => {
      this.list.prepend(...articles);
      for (const [number, html] of this.late) if (document.getElementById(parse(html).id)) this.put(number, html);
    });
  }

  /** Changes the list; somebody reading further up keeps the line they read where it is. */
  keepPlace(change) {
    const edge = this.scroller.getBoundingClientRect().top;
    const anchor = this.atEnd ? null : [...this.articles()].find((article) => article.getBoundingClientRect().bottom > edge);
    const top = anchor?.getBoundingClientRect().top;
    const result = keepFocus(this.list, () => {
      const changed = change();
      this.arrange();
      return changed;
    }, () => document.getElementById("text")?.focus({ preventScroll: true }));
    if (anchor?.isConnected) this.scroller.scrollTop += anchor.getBoundingClientRect().top - top;
    return result;
  }

  // -- how it looks -------------------------------------------------------------------------------------------------

  /** What markup for nobody in particular cannot know: whose it is, whether from beyond, in which language. */
  dress(article) {
    article.tabIndex = -1;
    article.classList.toggle("mine", Number(article.dataset.author) === me);
    const other = !isOwn(article.dataset.organization);
    for (const part of article.querySelectorAll(".face, .badge")) part.classList.toggle("other", other);
    for (const part of article.querySelectorAll("[data-say]")) {
      part.textContent = say(part.dataset.say, article.dataset);
      part.lang = language;
    }
    for (const time of article.querySelectorAll("time")) time.dataset.day = fullDay(article.dataset.at.slice(0, 10));
    const parts = [...article.querySelectorAll(".msg-head, .msg-body, :scope > p, time")];
    for (const [at, part] of parts.entries()) part.id = `${article.id}-${at}`;
    article.setAttribute("aria-labelledby", parts.map((part) => part.id).join(" ")); // what is read out where the focus comes
  }

  /** Day lines, the line of the unread, and posts that stand together. */
  arrange() {
    for (const line of this.list.querySelectorAll(".day, .new-line")) line.remove();
    const articles = [...this.articles()];
    const reached = this.complete || Number(articles[0]?.dataset.number) <= this.newFrom; // else it lies further up
    let last = null;
    let marked = !reached || !this.newFrom;
    for (const article of articles) {
      const date = article.dataset.at.slice(0, 10);
      const newDay = !last || last.dataset.at.slice(0, 10) !== date;
      if (newDay) article.before(line("day", day(date)));
      const isNew = !marked && Number(article.dataset.number) >= this.newFrom && !article.matches(".mine");
      if (isNew) {
        article.before(line("new-line", say("new")));
        marked = true;
      }
      const together = last && !newDay && !isNew && !article.matches(".gone") && !last.matches(".gone")
        && last.dataset.affiliation === article.dataset.affiliation && last.dataset.author === article.dataset.author
        && new Date(article.dataset.at) - new Date(last.dataset.at) < CLOSE;
      article.classList.toggle("more", Boolean(together));
      last = article;
    }
    this.showReads();
  }

  /** How far everybody has read: `{person: number}`, all or only those who moved. */
  hearReads(reads) {
    for (const [person, number] of Object.entries(reads)) this.reads.set(Number(person), number);
    this.showReads();
  }

  showReads() {
    const positions = [...this.reads.entries()];
    for (const article of this.articles()) {
      const place = article.querySelector(".reads");
      if (!place || !this.reads.size) continue;
      const author = Number(article.dataset.author);
      const number = Number(article.dataset.number);
      const saw = ([person, read]) => person !== author && read >= number && (this.starts.get(person) ?? 0) <= number;
      const n = positions.filter(saw).length;
      place.textContent = n ? say("reads", { n }) : "";
    }
  }

  toEnd() {
    this.scroller.scrollTop = 0;
  }
}

function line(name, words) {
  const paragraph = document.createElement("p");
  paragraph.className = name;
  paragraph.textContent = words;
  return paragraph;
}

/** The one article of a message's markup. Only the server's own escaped markup comes here. */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}
