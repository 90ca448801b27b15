// All jobs that the coordinator remembers.

import { el } from "./dom.js";
import { bytes, clock, count, duration, millis, percent, share } from "./format.js";
import { Filter } from "./filter.js";
import { link } from "./place.js";
import { command, empty, Pill } from "./parts.js";
import { Table } from "./table.js";

export class JobList {
  static title = "Jobs";
  view = "/v1/views/jobs";

  constructor({ place }) {
    this.filter = new Filter(place, "Filter by name, status, output or failure", () => this.fill());
    this.table = new Table("Jobs, the newest first", [
      { title: "Job", fit: "short", text: (job) => job.id, link: (job) => link("job", job.id), sort: (job) => job.id },
      { title: "Status", fit: "short", draw: drawStatus, sort: (job) => job.status },
      { title: "Done", fit: "number", text: done, sort: (job) => share(job.progress.doneBytes, job.progress.bytes) },
      { title: "Output", fit: "number", text: (job) => bytes(job.progress.bytes), sort: (job) => job.progress.bytes },
      { title: "Attempt", fit: "number", text: (job) => count(job.attempt), sort: (job) => job.attempt },
      { title: "Priority", fit: "number", text: (job) => count(job.priority), sort: (job) => job.priority },
      { title: "Submitted", fit: "short", text: (job) => clock(job.submitted), sort: (job) => millis(job.submitted) },
      { title: "Took", fit: "number", text: (job) => (seconds(job) < 0 ? "–" : duration(seconds(job))), sort: (job) => seconds(job) },
      { title: "Why it failed", fit: "wide", text: (job) => job.failure?.message ?? "" },
    ], { empty: "No job is like that." });
    this.nothing = empty(el("h2", {}, "No jobs yet"), command("./stockpot submit soup.yaml"));
    this.list = el("section", {}, this.filter.element, this.table.element);
    this.element = el("div", {}, this.list, this.nothing);
  }

  draw(rows, changes) {
    if (!changes.has("job")) return;
    this.jobs = rows.list("job").sort((a, b) => (a.submitted < b.submitted ? 1 : -1));
    this.nothing.hidden = this.jobs.length > 0;
    this.list.hidden = this.jobs.length === 0;
    this.fill();
  }

  fill() {
    this.table.set((this.jobs ?? []).filter((job) =>
      this.filter.matches(job.id, job.status, job.source, ...job.outputs, job.failure?.message)));
  }
}

function drawStatus(cell, job) {
  cell.pill ??= new Pill();
  if (!cell.firstChild) cell.append(cell.pill.element);
  cell.pill.set(job.status);
}

const done = ({ progress }) => (progress.bytes > 0 ? percent(share(progress.doneBytes, progress.bytes)) : "–");
const seconds = (job) => (job.started && job.ended ? (millis(job.ended) - millis(job.started)) / 1000 : -1);
