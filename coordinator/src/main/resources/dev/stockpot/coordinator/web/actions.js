// Cancelling and trying again, for those who may.

import { ask } from "./api.js";
import { el, show, text } from "./dom.js";

const ENDED = ["done", "failed", "cancelled"];

export class Actions {
  constructor({ session, id }) {
    this.id = id;
    this.cancel = el("button", { type: "button", class: "danger", onclick: () => this.confirm() }, "Cancel");
    this.retry = el("button", { type: "button", onclick: () => this.send("retry", "It is queued again.") }, "Retry");
    this.outcome = el("span", { class: "note", role: "status" });
    this.dialog = this.makeDialog();
    this.element = session.readOnly ? el("p", { class: "note" }, "Your token is read-only.")
      : el("p", { class: "actions" }, this.cancel, this.retry, this.outcome, this.dialog);
  }

  makeDialog() {
    const close = () => this.dialog.close();
    return el("dialog", { "aria-labelledby": "cancel-title" },
      el("h2", { id: "cancel-title" }, `Cancel ${this.id}?`),
      el("p", {}, "It ends at once. What was merged is kept, and a retry goes on with it."),
      el("p", { class: "actions" },
        el("button", { type: "button", class: "danger", onclick: () => { close(); this.send("cancel", "It was cancelled."); } }, "Cancel the job"),
        el("button", { type: "button", onclick: close }, "Let it run")));
  }

  confirm() {
    this.dialog.showModal();
  }

  /** @param alone whether the job ends with the command that runs it, and is no coordinator's */
  set(job, alone) {
    show(this.cancel, !alone && !ENDED.includes(job.status));
    show(this.retry, !alone && (job.status === "failed" || job.status === "cancelled"));
  }

  async send(verb, done) {
    text(this.outcome, "…");
    try {
      await ask("POST", `/v1/jobs/${encodeURIComponent(this.id)}/${verb}`);
      text(this.outcome, done);
    } catch (refusal) {
      text(this.outcome, refusal.message);
    }
  }
}
