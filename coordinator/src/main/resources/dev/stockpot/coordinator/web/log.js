// A job's log, the newest line first.

import { el } from "./dom.js";
import { Filter } from "./filter.js";
import { clock } from "./format.js";
import { Table } from "./table.js";

const SIGNS = { info: "info", warning: "⚠ warning", error: "✖ error" };

export class Log {
  lines = [];

  constructor(place) {
    this.filter = new Filter(place, "Filter the log", () => this.fill(), "log");
    this.table = new Table("The log, the newest line first", [
      { title: "Time", fit: "short", text: (line) => clock(line.time) },
      { title: "Level", fit: "short", text: (line) => SIGNS[line.level] ?? line.level },
      { title: "What happened", fit: "wide", text: (line) => line.message },
    ], { pageSize: 25, rowClass: (line) => line.level, empty: "No line is like that." });
    this.element = el("div", { class: "log" }, this.filter.element, this.table.element);
  }

  set(lines) {
    this.lines = lines.reverse();
    this.fill();
  }

  fill() {
    this.table.set(this.lines.filter((line) => this.filter.matches(line.level, line.message)));
  }
}
