// Going through the talk by keyboard: one tab stop, arrow keys from message to message, the tools of the one that has it,
// Escape back to the message and on to the field for writing.
import { step } from "./focus.js";

const LINKS = "a[href]";

export class Steps {
  current = null;

  constructor(talk) {
    this.talk = talk;
    this.text = document.getElementById("text");
    for (const article of this.all()) this.close(article);
    this.refresh();
    new MutationObserver((records) => {
      for (const { addedNodes } of records) for (const node of addedNodes) if (node.localName === "article") this.close(node);
      this.refresh();
    }).observe(talk.list, { childList: true });
    talk.list.addEventListener("focusin", (event) => this.take(event.target.closest("article")));
    talk.list.addEventListener("keydown", (event) => this.key(event));
    this.text?.addEventListener("keydown", (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
      if (event.key === "ArrowUp" && plain && !this.text.value && !event.isComposing) (event.preventDefault(), this.toLast());
    });
  }

  all() {
    return [...this.talk.list.querySelectorAll("article")];
  }

  /** Neither the message nor what is in it is a stop of the tab key. */
  close(article) {
    if (article === this.current) return;
    article.tabIndex = -1;
    for (const link of article.querySelectorAll(LINKS)) link.tabIndex = -1;
  }

  take(article) {
    if (!article || article === this.current) return;
    const before = this.current;
    this.current = article;
    if (before) this.close(before);
    article.tabIndex = 0;
    for (const link of article.querySelectorAll(LINKS)) link.removeAttribute("tabindex");
  }

  /** The stop is where the reader was, replaced or not; who was nowhere, or at the end, comes to the newest. */
  refresh() {
    const all = this.all();
    const same = this.current && (this.current.isConnected ? this.current : document.getElementById(this.current.id));
    this.take(same && same.contains(document.activeElement) ? same : all.at(-1));
  }

  /** Into the talk, to the message whose turn it is. */
  enter() {
    if (this.current?.isConnected) this.go(this.current);
    else this.text?.focus();
  }

  /** To the message an address names. */
  goTo(id) {
    const article = document.getElementById(id);
    article?.focus({ preventScroll: true });
    article?.scrollIntoView({ block: "center" });
  }

  toLast() {
    const last = this.all().at(-1);
    this.talk.toEnd();
    if (last) last.focus({ preventScroll: true });
    else this.text?.focus();
  }

  async key(event) {
    const article = event.target.closest("article");
    if (!article || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Escape") {
      event.preventDefault();
      return event.target === article ? this.leave() : article.focus({ preventScroll: true });
    }
    if (event.key === "Enter" && event.target === article) {
      event.preventDefault();
      return article.querySelector("[data-tool], [data-wait]:not([hidden])")?.focus({ preventScroll: true });
    }
    if (!["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    if (this.readOn(event.key, article)) return;
    if (event.key === "ArrowUp" && article === this.all()[0] && !this.talk.complete) await this.talk.older();
    const to = step(event.key, this.all(), article);
    if (to && to !== article) this.go(to);
  }

  go(article) {
    article.focus({ preventScroll: true });
    article.scrollIntoView({ block: "nearest" });
  }

  /** A message taller than the talk is read to its edge before the next one; true if there was something to turn to. */
  readOn(key, article) {
    const [view, box] = [this.talk.scroller.getBoundingClientRect(), article.getBoundingClientRect()];
    const hidden = { ArrowUp: box.top - view.top, ArrowDown: box.bottom - view.bottom }[key] ?? 0;
    if (key === "ArrowUp" ? hidden > -2 || box.top > view.bottom : hidden < 2 || box.bottom < view.top) return false;
    if (box.height <= view.height) return false;
    const by = Math.min(Math.abs(hidden), view.height * 0.7);
    this.talk.scroller.scrollTop += key === "ArrowUp" ? -by : by;
    return true;
  }

  /** Back to writing; where nothing can be written, to the head of the room. */
  leave() {
    (this.text ?? document.querySelector(".talk-head a:last-child"))?.focus();
  }
}
