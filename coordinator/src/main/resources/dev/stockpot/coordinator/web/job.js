// One job: stages, devices over time, the output, what happened, the log; and the search, if it is one.

import { Actions } from "./actions.js";
import { el, hint, show, text } from "./dom.js";
import { FailureBox } from "./failures.js";
import { bytes, clock, count, duration, exact, left, millis, percent, plural, rate, share } from "./format.js";
import { Happenings } from "./happenings.js";
import { Log } from "./log.js";
import { Bar, behind, Facts, Pill, section } from "./parts.js";
import { Search } from "./search.js";
import { Stages } from "./stages.js";
import { Strip } from "./strip.js";
import { Table } from "./table.js";
import { Timeline } from "./timeline.js";

export class JobPage {
  pill = new Pill();
  bar = new Bar();
  progress = el("p", { class: "progress-words" });
  facts = new Facts();
  failure = new FailureBox();
  stages = new Stages();
  strip = new Strip();

  constructor({ place, session, report = false }) {
    this.id = place.id;
    this.view = `/v1/jobs/${encodeURIComponent(place.id)}/view`;
    this.title = place.id;
    this.timeline = new Timeline(place);
    this.happenings = new Happenings(place, { caption: "What happened, the newest first" });
    this.log = new Log(place);
    this.actions = report ? null : new Actions({ session, id: place.id });
    this.report = el("a", { href: `/v1/jobs/${encodeURIComponent(place.id)}/report` }, "A page to keep");
    this.lanes = behind("The devices as a table", () => this.laneTable());
    this.name = el("h1", {}, place.id || "Job");
    this.element = el("div", {},
      el("div", { class: "title" }, this.name, this.pill.element, this.actions?.element),
      this.bar.element, this.progress, this.failure.element,
      section("Stages", this.stages.element),
      this.searchPlace = el("div"),
      this.devices = section("Devices", this.timeline.element, this.lanes.element),
      this.output = section("Output", this.strip.element),
      this.events = section("What happened", this.happenings.element),
      section("Log", this.log.element),
      section("Facts", this.facts.element));
  }

  laneTable() {
    const seconds = (name) => (lane) => duration(lane[name] / 1e9);
    const table = new Table("Devices that worked for this job", [
      { title: "Device", fit: "short", text: (lane) => lane.name, sort: (lane) => lane.name },
      { title: "Kind", fit: "short", text: (lane) => lane.kind, sort: (lane) => lane.kind },
      { title: "Tasks", fit: "number", text: (lane) => count(lane.tasks), sort: (lane) => lane.tasks },
      { title: "In", fit: "number", text: (lane) => bytes(lane.bytesIn), exact: (lane) => exact(lane.bytesIn), sort: (lane) => lane.bytesIn },
      { title: "Out", fit: "number", text: (lane) => bytes(lane.bytesOut), exact: (lane) => exact(lane.bytesOut), sort: (lane) => lane.bytesOut },
      ...["read", "merge", "write", "leased"].map((name) =>
        ({ title: name === "leased" ? "Held work" : name, fit: "number", text: seconds(name), sort: (lane) => lane[name] })),
      { title: "Failed", fit: "number", text: (lane) => count(lane.failed), sort: (lane) => lane.failed },
      { title: "Returned", fit: "number", text: (lane) => count(lane.returned), sort: (lane) => lane.returned },
    ]);
    const refresh = () => table.set([...this.timeline.lanes.info].map(([name, lane]) => ({ name, ...lane })));
    return { element: table.element, refresh };
  }

  draw(rows, changes) {
    const job = rows.one("job");
    if (!job) return;
    if (changes.has("job", "report")) this.drawJob(job, rows.one("report"));
    this.actions?.set(job, rows.one("node")?.alone);
    this.stages.set(rows.series("phase"), this.now ?? Date.now());
    if (changes.has("search", "candidate", "matrix", "shapley")) this.drawSearch(rows, changes);
    if (changes.has("cell", "lane", "mark", "span")) {
      this.timeline.update(rows, changes);
      this.lanes.refresh();
      show(this.devices, rows.group("lane").size > 0);
    }
    if (changes.has("strip", "shard")) {
      this.strip.set(rows.one("strip"), rows.series("shard"));
      show(this.output, rows.one("strip") !== undefined || rows.group("shard").size > 0);
    }
    if (changes.has("mark")) this.happenings.set(rows.series("mark"));
    if (changes.has("log")) this.log.set(rows.series("log"));
  }

  drawJob(job, report) {
    const { progress } = job;
    text(this.name, job.id);
    this.pill.set(job.status);
    this.failure.set(job.failure);
    this.bar.set(share(progress.doneBytes, progress.bytes));
    text(this.progress, words(job));
    hint(this.progress, progress.tasks > 0 ? `${exact(progress.doneBytes)} of ${exact(progress.bytes)}` : "");
    const { facts } = this;
    facts.set("Plan", job.source);
    facts.set("Output", job.outputs.join(", "));
    facts.set("Report", report && this.actions ? this.report : report?.path);
    facts.set("Submitted", clock(job.submitted));
    facts.set("Started", job.started && clock(job.started));
    facts.set("Ended", job.ended && `${clock(job.ended)}${job.started ? `, after ${duration((millis(job.ended) - millis(job.started)) / 1000)}` : ""}`);
    facts.set("Attempt", job.attempt > 1 ? count(job.attempt) : null);
    facts.set("Priority", job.priority === 0 ? null : count(job.priority));
    facts.set("Which of its plans", job.outputs.length > 1 ? `${job.plan + 1} of ${job.outputs.length}` : null);
    facts.set("Receipts in the journal", progress.tasks > 0 ? count(progress.doneTasks) : null);
    facts.set("Kept from an earlier run", progress.keptTasks > 0 ? plural(progress.keptTasks, "task") : null);
    facts.set("Given back, to be done again", progress.returnedTasks > 0 ? plural(progress.returnedTasks, "task") : null);
  }

  drawSearch(rows, changes) {
    if (!rows.one("search")) return;
    if (!this.search) {
      this.search = new Search();
      this.searchPlace.append(this.search.element);
    }
    this.search.draw(rows, changes);
  }

  close() {
    this.timeline.close();
    this.strip.close();
    this.search?.close();
  }
}

function words(job) {
  const { progress } = job;
  if (progress.tasks === 0) return job.ended ? "" : "Nothing is merged yet.";
  const parts = [
    `${percent(share(progress.doneBytes, progress.bytes))}: ${bytes(progress.doneBytes)} of ${bytes(progress.bytes)}`,
    `${count(progress.doneTasks)} of ${plural(progress.tasks, "task")}`,
    progress.keptTasks > 0 ? `${count(progress.keptTasks)} kept` : null,
    progress.returnedTasks > 0 ? `${count(progress.returnedTasks)} given back` : null,
    job.ended ? null : plural(progress.workers, "worker"),
    job.rate ? rate(job.rate) : null,
    left(job),
  ];
  return parts.filter(Boolean).join(" · ");
}
