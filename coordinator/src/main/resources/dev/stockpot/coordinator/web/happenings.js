// What happened to devices, in words: joined, lost, failed, taken over.

import { el, text } from "./dom.js";
import { Filter } from "./filter.js";
import { clock, count } from "./format.js";
import { kindOf } from "./glyphs.js";
import { link } from "./place.js";
import { Table } from "./table.js";

export class Happenings {
  rows = [];

  /** @param withJob whether they are of many jobs */
  constructor(place, { caption, withJob = false }) {
    this.filter = new Filter(place, "Filter by device, kind or words", () => this.fill(), withJob ? "filter" : "events");
    this.table = new Table(caption, [
      { title: "Time", fit: "short", text: (one) => clock(one.t) },
      { title: "Kind", fit: "short", draw: drawKind },
      { title: "Device", fit: "short", text: (one) => one.worker ?? "–" },
      ...(withJob ? [{ title: "Job", fit: "short", text: (one) => one.job ?? "", link: (one) => (one.job ? link("job", one.job) : null) }] : []),
      { title: "Tasks", fit: "number", text: (one) => (one.tasks > 0 ? count(one.tasks) : "") },
      { title: "What", fit: "wide", text: (one) => one.text || kindOf(one).says },
    ], { pageSize: 20, empty: "Nothing of note happened." });
    this.element = el("div", { class: "happenings" }, this.filter.element, this.table.element);
  }

  set(rows) {
    this.rows = rows.reverse();
    this.fill();
  }

  fill() {
    this.table.set(this.rows.filter((one) => this.filter.matches(one.worker, one.kind, one.job, one.text)));
  }
}

function drawKind(cell, one) {
  if (!cell.firstChild) cell.append(el("span", { "aria-hidden": "true" }), el("span"));
  const kind = kindOf(one);
  cell.firstChild.className = `sign sign-${kind.colour}`;
  text(cell.firstChild, kind.sign);
  text(cell.lastChild, ` ${one.kind}`);
}
