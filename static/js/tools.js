// What can be done with a message: see who has read it; edit or withdraw one's own. One toolbar, where it is needed.
import { imeOwns } from "./composer.js";
import { say } from "./words.js";

export class Tools {
  constructor(talk) {
    this.talk = talk;
    this.bar = document.getElementById("tools").content.firstElementChild.cloneNode(true);
    const show = (event) => this.show(event.target.closest?.("article[data-number]"));
    talk.list.addEventListener("mouseover", show);
    talk.list.addEventListener("focusin", show);
    talk.list.addEventListener("click", show);
    this.bar.addEventListener("click", (event) => this.act(event.target.closest("[data-tool]")?.dataset.tool));
    for (const button of document.querySelectorAll("[data-close]")) {
      button.addEventListener("click", () => button.closest("dialog").close());
    }
    this.#forms();
  }

  show(article) {
    if (!article || article.matches(".gone") || article === this.bar.parentElement) return;
    this.bar.classList.toggle("others", !article.matches(".mine"));
    article.append(this.bar);
  }

  #forms() {
    const [form, text] = [document.getElementById("edit-form"), document.getElementById("edit-text")];
    let ended = -1e9;
    text.addEventListener("compositionend", (event) => (ended = event.timeStamp));
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !imeOwns(event, ended)) form.requestSubmit();
    });
    form.addEventListener("submit", (event) => (event.preventDefault(), this.edit(text.value)));
    document.getElementById("withdraw-yes").addEventListener("click", () => this.withdraw());
  }

  act(tool) {
    this.article = this.bar.closest("article");
    this.path = `/chat/rooms/${this.talk.room}/messages/${this.article.dataset.number}/`;
    if (tool === "readers") this.readers();
    if (tool === "edit") this.openEdit();
    if (tool === "withdraw") {
      document.getElementById("withdraw-words").textContent = this.article.querySelector(".msg-body").textContent;
      document.getElementById("withdraw").showModal();
    }
  }

  async readers() {
    const answer = await fetch(`${this.path}readers/`);
    if (!answer.ok || answer.redirected) return;
    document.getElementById("readers-list").innerHTML = await answer.text();
    document.getElementById("readers").showModal();
  }

  async openEdit() {
    const answer = await fetch(`${this.path}words/`);
    if (!answer.ok || answer.redirected) return;
    document.getElementById("edit-text").value = (await answer.json()).body;
    document.getElementById("edit-error").hidden = true;
    document.getElementById("edit").showModal();
  }

  async edit(body) {
    const answer = await this.ask(this.path, { body });
    const refusal = answer?.ok ? null : await answer?.json().catch(() => null);
    const error = document.getElementById("edit-error");
    error.hidden = Boolean(answer?.ok);
    error.textContent = answer?.ok ? "" : say(refusal?.why ? `failed-${refusal.why}` : "failed");
    if (answer?.ok) this.done(await answer.json(), "edit");
  }

  async withdraw() {
    const answer = await this.ask(`${this.path}withdrawal/`, {});
    if (answer?.ok) this.done(await answer.json(), "withdraw");
    else document.getElementById("withdraw").close();
  }

  ask(path, fields) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    return fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) }).catch(() => null);
  }

  done({ number, html }, dialog) {
    document.getElementById(dialog).close();
    this.bar.remove();
    this.talk.keepPlace(() => this.talk.put(number, html));
    document.querySelector(`#m-${this.talk.room}-${number} .msg-meta a`)?.focus({ preventScroll: true });
  }
}
