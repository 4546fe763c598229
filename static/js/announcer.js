// What a screen reader is told of a room, calmly: what others wrote, gathered, and never in the middle of somebody's own
// writing. Only who can read here is said at once, for it is what keeps words from the wrong people.
import { me, say } from "./words.js";

const GATHER = 800; // ms: what comes together is told together
const REST = 4_000; // ms between two tellings
const PAUSE = 2_000; // ms without a key before a writer is told anything
const STAYS = 3_000; // ms a telling can be read again; then the region is empty
const LENGTH = 60; // characters of a message

export class Announcer {
  #news = []; // messages of others
  #line = ""; // a sentence that stands before them
  #since = 0;
  #spoke = -Infinity;
  #typed = -Infinity;
  #composing = false;
  #timer = 0;
  #wipes = new Map();

  constructor(calm, urgent) {
    Object.assign(this, { calm, urgent });
    addEventListener("compositionstart", () => (this.#composing = true), { capture: true });
    addEventListener("compositionend", () => ((this.#composing = false), this.#wrote()), { capture: true });
    addEventListener("input", () => this.#wrote(), { capture: true });
    document.addEventListener("visibilitychange", () => this.#wake());
  }

  /** Messages that came, as the talk shows them. */
  came(articles) {
    this.#gather(() => this.#news.push(...articles.filter((article) => Number(article.dataset.author) !== me)));
  }

  /** A sentence of our own: sent, not sent, no line, line again. The same twice is said once, a later one replaces it. */
  tell(words) {
    this.#gather(() => (this.#line = words));
  }

  /** What must be known before the next word is written. */
  warn(words) {
    this.#put(this.urgent, words);
  }

  /** What was said is no longer to be read: taken back, or no longer this person's to read. */
  forget() {
    this.#news = [];
    this.calm.textContent = this.urgent.textContent = "";
  }

  #gather(add) {
    if (!this.#waits) this.#since = performance.now();
    add();
    this.#wake();
  }

  get #waits() {
    return this.#news.length > 0 || this.#line !== "";
  }

  #wrote() {
    this.#typed = performance.now();
    this.#wake();
  }

  #wake() {
    clearTimeout(this.#timer);
    if (!this.#waits || this.#composing || document.visibilityState === "hidden") return;
    const due = Math.max(this.#since + GATHER, this.#spoke + REST, this.#typed + PAUSE);
    this.#timer = setTimeout(() => this.#speak(), Math.max(0, due - performance.now()));
  }

  #speak() {
    const words = [this.#line, this.#summary()].filter(Boolean).join(" ");
    [this.#news, this.#line, this.#spoke] = [[], "", performance.now()];
    this.#put(this.calm, words);
  }

  #summary() {
    const here = this.#news.filter((article) => !document.getElementById(article.id)?.matches(".gone"));
    if (here.length !== 1) return here.length ? say("news", { n: here.length }) : "";
    const article = document.getElementById(here[0].id) ?? here[0]; // edited meanwhile, it says what it says now
    const { badge, name } = article.dataset;
    const text = [...article.querySelector(".msg-body").innerText.replace(/\s+/gu, " ").trim()];
    const said = text.length > LENGTH ? `${text.slice(0, LENGTH).join("")}…` : text.join("");
    return say("news-one", { body: badge.split(/[ 　]/)[0], name: name.split(/[ 　]/)[0], text: said });
  }

  #put(region, words) {
    if (!words) return;
    clearTimeout(this.#wipes.get(region));
    region.textContent = words;
    this.#wipes.set(region, setTimeout(() => (region.textContent = ""), STAYS));
  }
}
