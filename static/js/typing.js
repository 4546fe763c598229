// Who is writing. Shown for six seconds after the last sign of it.
import { parse } from "./talk.js";
import { say } from "./words.js";

export class Typing {
  #people = new Map(); // person → when the sign runs out

  constructor(place, talk) {
    Object.assign(this, { place, talk });
    setInterval(() => this.show(), 1_000);
  }

  hear(person) {
    this.#people.set(person, Date.now() + 6_000);
    this.show();
  }

  /** Their message has come. */
  done(html) {
    this.#people.delete(Number(parse(html).dataset.author));
    this.show();
  }

  show() {
    for (const [person, until] of this.#people) if (until < Date.now()) this.#people.delete(person);
    const names = [...this.#people.keys()].map((person) => this.name(person));
    const known = names.filter(Boolean);
    const words = !names.length ? "" : names.length > 2 || known.length < names.length
      ? say("typing-many", { n: names.length }) : say("typing", { names: known.join(say("and")) });
    if (this.place.textContent !== words) this.place.textContent = words;
  }

  /** A person's family name, from what they wrote here. */
  name(person) {
    const article = this.talk.list.querySelector(`article[data-author="${person}"]`);
    return article?.dataset.name.split(/[ 　]/)[0];
  }
}
