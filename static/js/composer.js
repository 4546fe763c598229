// Writing and sending. What is sent stands in the talk at once, as not yet delivered, until the server has it.
import { keepFocus } from "./focus.js";
import { ANSWER, FINAL, Outbox } from "./outbox.js";
import { me, say } from "./words.js";

export class Composer {
  constructor(form, talk, connection) {
    Object.assign(this, { form, talk, connection, outbox: new Outbox(talk.room), asked: new Map(), typedAt: 0 });
    this.text = form.querySelector("textarea");
    this.draftKey = `engawa-draft-${me}-${talk.room}`; // somebody else may sign in in this tab
    this.text.value = sessionStorage.getItem(this.draftKey) ?? this.text.value;
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("input", () => this.typed());
    form.addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    for (const entry of this.outbox.all()) this.show(entry);
    setInterval(() => this.flush(), 2_000);
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.submit();
    }
  }

  typed() {
    sessionStorage.setItem(this.draftKey, this.text.value);
    if (this.text.value && Date.now() - this.typedAt > 3_000) {
      this.typedAt = Date.now();
      this.connection.send({ t: "typing", room: this.talk.room });
    }
  }

  submit() {
    const body = this.text.value.replace(/\s+$/u, "");
    if (!body) return this.text.focus();
    this.outbox.add(body, Number(document.getElementById("audience").dataset.change));
    this.text.value = "";
    sessionStorage.removeItem(this.draftKey);
    this.typedAt = 0; // the next words are new writing, and said at once
    this.flush();
    this.talk.toEnd();
  }

  // -- on the way ---------------------------------------------------------------------------------------------------

  /** Shows everything that waits and sends the first of it; the next follows its answer, so that order is kept whatever fails. */
  flush() {
    const entries = this.outbox.all();
    keepFocus(this.talk.list, () => this.showAll(entries), () => this.text.focus());
    const next = entries.find((entry) => !entry.failed);
    if (next && Date.now() - (this.asked.get(next.id) ?? 0) > ANSWER) this.send(next);
  }

  showAll(entries) {
    const kept = new Set(entries.map((entry) => entry.id));
    for (const article of this.talk.list.querySelectorAll("article[data-waiting]")) {
      if (!kept.has(article.dataset.waiting)) article.remove(); // another tab let go of it
    }
    for (const entry of entries) this.show(entry);
  }

  /** After a reconnection nothing is on its way any more. */
  resume() {
    this.asked.clear();
    this.flush();
  }

  send({ id, room, body, audience }) {
    this.asked.set(id, Date.now());
    if (this.connection.send({ t: "post", room, id, body, audience })) return;
    this.asked.delete(id);
    if (this.connection.over || !navigator.onLine) return;
    if (this.connection.downFor > 8_000) this.sendByHttp({ id, room, body, audience });
  }

  /** The other door, for networks that let no socket through. */
  async sendByHttp({ id, room, body, audience }) {
    this.asked.set(id, Date.now());
    const token = this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    const answer = await fetch(`/chat/rooms/${room}/messages/`, {
      method: "POST", headers, body: new URLSearchParams({ id, body, audience }),
    }).catch(() => null);
    if (answer?.status === 201) this.posted(await answer.json());
    else if (answer && !answer.redirected && answer.status < 500 && answer.status !== 403) { // 403: the session is another's now
      const refusal = await answer.json().catch(() => ({ why: answer.status === 404 ? "gone" : "invalid" }));
      this.refused({ id, why: refusal.why });
    } else this.asked.delete(id);
  }

  posted({ id, number, html, room }) {
    this.asked.delete(id);
    if (this.outbox.drop(id)) this.form.dispatchEvent(new Event("sent"));
    if (room === this.talk.room) this.talk.keepPlace(() => this.talk.put(number, html));
    this.flush();
  }

  refused({ id, why }) {
    this.asked.delete(id);
    const entry = this.outbox.all().find((other) => other.id === id);
    if (!entry || !FINAL.has(why)) return; // busy: the words stay, the next round tries again
    this.outbox.update(id, { failed: why });
    this.flush();
    if (why !== "grown") this.form.dispatchEvent(new CustomEvent("unsent", { detail: say(`failed-${why}`) }));
    else this.form.dispatchEvent(new CustomEvent("grown", { detail: id }));
  }

  /** The person sends it all the same, to the audience they see now. */
  again(id) {
    const audience = Number(document.getElementById("audience").dataset.change);
    this.outbox.update(id, { failed: "", audience });
    const entry = this.outbox.all().find((other) => other.id === id);
    if (entry) (this.show(entry), this.flush());
  }

  /** The person takes it back into the field, or lets it go. */
  back(id, keep) {
    const entry = this.outbox.all().find((other) => other.id === id);
    this.outbox.drop(id);
    this.flush();
    if (entry && keep) {
      this.text.value = [entry.body, this.text.value].filter(Boolean).join("\n");
      this.typed();
      this.text.focus();
    }
  }

  // -- how it looks ---------------------------------------------------------------------------------------------------

  show(entry) {
    let article = this.talk.list.querySelector(`article[data-waiting="${CSS.escape(entry.id)}"]`);
    if (!article) {
      article = document.getElementById("waiting-message").content.firstElementChild.cloneNode(true);
      article.dataset.waiting = entry.id;
      article.querySelector(".msg-body").append(...paragraphs(entry.body));
      article.querySelector("[data-wait=again]").addEventListener("click", () => this.again(entry.id));
      article.querySelector("[data-wait=drop]").addEventListener("click", () => this.back(entry.id, false));
      this.talk.list.querySelector("#empty")?.remove();
      this.talk.list.append(article);
    }
    const why = entry.failed ? say(`failed-${entry.failed}`) : say(this.connection.open ? "sending" : "held");
    const words = article.querySelector(".why");
    if (words.textContent !== why) words.textContent = why;
    article.classList.toggle("failed", Boolean(entry.failed));
    article.classList.toggle("held", !entry.failed && !this.connection.open);
    const pressed = article.querySelector("[data-wait]:focus");
    for (const button of article.querySelectorAll("[data-wait]")) button.hidden = !entry.failed;
    if (pressed?.hidden) article.focus({ preventScroll: true });
  }
}

function paragraphs(body) {
  return body.split(/\n{2,}/).map((text) => {
    const paragraph = document.createElement("p");
    text.split("\n").forEach((part, at) => paragraph.append(...(at ? [document.createElement("br"), part] : [part])));
    return paragraph;
  });
}
