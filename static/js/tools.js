// What can be done with a message: see who has read it; edit or withdraw one's own. One toolbar where the focus is, one
// where the pointer is, so that neither takes the other's away.
import { focusPart } from "./focus.js";
import { say } from "./words.js";

const byId = (id) => document.getElementById(id);

export class Tools {
  constructor(talk) {
    this.talk = talk;
    const bar = byId("tools").content.firstElementChild;
    this.bars = { focus: bar.cloneNode(true), pointer: bar.cloneNode(true) };
    for (const each of Object.values(this.bars)) each.addEventListener("click", (event) => this.act(event, each));
    talk.list.addEventListener("focusin", (event) => this.show("focus", event.target.closest("article[data-number]")));
    for (const kind of ["mouseover", "click"]) {
      talk.list.addEventListener(kind, (event) => this.show("pointer", event.target.closest("article[data-number]")));
    }
    for (const dialog of ["readers", "edit", "withdraw"].map(byId)) {
      dialog.addEventListener("close", () => this.back());
      dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    }
    byId("edit-text").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("edit-form").requestSubmit();
    });
    byId("edit-form").addEventListener("submit", (event) => (event.preventDefault(), this.edit(byId("edit-text").value)));
    byId("withdraw-yes").addEventListener("click", () => this.withdraw());
  }

  /** Brings a toolbar to a message; one that stands there already becomes the one wanted. */
  show(which, article) {
    if (!article || article.matches(".gone")) return;
    const other = which === "focus" ? "pointer" : "focus";
    if (this.bars[which].parentElement === article) return;
    if (this.bars[other].parentElement === article) {
      if (which === "focus") [this.bars.focus, this.bars.pointer] = [this.bars.pointer, this.bars.focus];
      return;
    }
    this.bars[which].classList.toggle("others", !article.matches(".mine"));
    article.append(this.bars[which]);
  }

  act(event, bar) {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    const article = bar.closest("article");
    if (!tool || !article) return;
    this.at = { id: article.id, number: article.dataset.number, part: `[data-tool=${tool}]` };
    this.path = `/chat/rooms/${this.talk.room}/messages/${article.dataset.number}/`;
    if (tool === "readers") this.readers();
    if (tool === "edit") this.openEdit();
    if (tool === "withdraw") {
      byId("withdraw-words").textContent = article.querySelector(".msg-body").textContent;
      this.fail("withdraw");
      byId("withdraw").showModal();
    }
  }

  /** A dialog has closed: the focus goes where it came from, though that was hidden, or has been replaced meanwhile. */
  back() {
    const article = this.at && byId(this.at.id);
    if (article && !article.contains(document.activeElement)) focusPart(article, this.at.part);
  }

  /** Says in the dialog why nothing happened; without words, that nothing went wrong. */
  fail(dialog, words = "") {
    byId(`${dialog}-error`).hidden = !words;
    byId(`${dialog}-error`).textContent = words;
  }

  async readers() {
    const answer = await fetch(`${this.path}readers/`);
    if (!answer.ok || answer.redirected) return;
    byId("readers-list").innerHTML = await answer.text();
    byId("readers").showModal();
  }

  async openEdit() {
    const answer = await fetch(`${this.path}words/`);
    if (!answer.ok || answer.redirected) return;
    byId("edit-text").value = (await answer.json()).body;
    this.fail("edit");
    byId("edit").showModal();
  }

  async edit(body) {
    const answer = await this.ask(this.path, { body });
    if (answer?.ok) return this.done(await answer.json(), "edit");
    const refusal = await answer?.json().catch(() => null);
    this.fail("edit", say(refusal?.why ? `failed-${refusal.why}` : "failed"));
  }

  async withdraw() {
    const answer = await this.ask(`${this.path}withdrawal/`, {});
    if (answer?.ok) this.done(await answer.json(), "withdraw");
    else this.fail("withdraw", say("failed"));
  }

  ask(path, fields) {
    const token = byId("edit-form").querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    return fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) }).catch(() => null);
  }

  done({ number, html }, dialog) {
    this.at.part = ""; // what was done is read where it stands
    this.talk.keepPlace(() => this.talk.put(number, html));
    byId(dialog).close();
    byId(`m-${this.talk.room}-${number}`)?.focus({ preventScroll: true });
  }
}
