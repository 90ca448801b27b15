// What a coordinator shows that waits for its turn.

import { el, show, text } from "./dom.js";

export class Standby {
  static title = "Standing by";

  constructor() {
    this.link = el("a", { href: "#/overview" });
    this.where = el("p", {}, "The active one is at ", this.link);
    this.element = el("div", { class: "empty" }, el("h1", {}, "This coordinator stands by"), this.where,
      el("p", { class: "note" }, "When it becomes the active one, this page shows what it does."));
  }

  /** @param active address of the active coordinator, or null where it is not known */
  set(active) {
    const known = /^https?:\/\//.test(active ?? "");
    show(this.where, known);
    if (known) {
      text(this.link, active);
      this.link.href = active;
    }
  }
}
