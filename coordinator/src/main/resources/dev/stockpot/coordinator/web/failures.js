// Why something failed, and what to do about it, in the coordinator's own words.

import { el, keep, text } from "./dom.js";
import { clock, prose } from "./format.js";
import { link } from "./place.js";

const RETRY = "What was merged is kept: a retry goes on with it.";

/** A box for the failure of one job. */
export class FailureBox {
  element = el("div", { class: "failure", hidden: true }, el("strong"), el("p", { class: "prose" }), el("p", { class: "note" }));

  set(failure) {
    this.element.hidden = !failure;
    if (!failure) return;
    const [title, message, cure] = this.element.children;
    text(title, `✖ ${kindName(failure.kind)}`);
    message.textContent = prose(failure.message);
    text(cure, failure.resumable ? RETRY : "");
  }
}

/** The last failures of all jobs, the newest first. */
export class LastFailures {
  list = el("ul", { class: "failures" });
  none = el("p", { class: "note" }, "None.");
  element = el("div", {}, this.none, this.list);

  set(jobs) {
    const failed = jobs.filter((job) => job.failure).sort((a, b) => (a.ended < b.ended ? 1 : -1)).slice(0, 5);
    this.none.hidden = failed.length > 0;
    keep(this.list, failed, (job) => job.id,
      (job) => {
        const box = new FailureBox();
        const item = el("li", {}, el("p", {}, el("a", { href: link("job", job.id) }, job.id), el("span", { class: "note" })), box.element);
        item.box = box;
        return item;
      },
      (item, job) => {
        text(item.firstChild.lastChild, ` ${clock(job.ended)}`);
        item.box.set(job.failure);
      });
  }
}

const kindName = (kind) => kind.toLowerCase().replaceAll("_", " ");
