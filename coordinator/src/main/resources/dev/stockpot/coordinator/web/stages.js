// What a job went through: a band of its stages, each as wide as it was long.

import { el, keep, text } from "./dom.js";
import { clock, duration } from "./format.js";

const SEEN = 12;

export class Stages {
  band = el("ol", { class: "stages" });
  element = this.band;

  set(phases, now) {
    const last = phases.slice(-SEEN);
    keep(this.band, last.map((phase, at) => ({ phase, at })), ({ phase }) => `${phase.name} ${phase.from}`,
      () => el("li", {}, el("span", { class: "stage-name" }), el("span", { class: "note" })),
      (item, { phase }) => {
        const seconds = Math.max(0, ((phase.to ?? now) - phase.from) / 1000);
        item.dataset.status = phase.name;
        item.style.flexGrow = Math.max(0.02, seconds).toFixed(3);
        text(item.firstChild, phase.name + (phase.attempt > 1 ? `, attempt ${phase.attempt}` : ""));
        const ended = ["done", "failed", "cancelled"].includes(phase.name);
        text(item.lastChild, ended ? clock(phase.from) : duration(seconds) + (phase.to ? "" : " so far"));
        item.title = `${phase.name} from ${clock(phase.from)}${phase.to ? ` to ${clock(phase.to)}` : ""}`;
      });
  }
}
