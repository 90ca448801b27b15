// How it goes: rates, devices, jobs, the last failures.

import { Chart } from "./chart.js";
import { el, keep, show, text } from "./dom.js";
import { LastFailures } from "./failures.js";
import { brief, bytes, clock, count, left, percent, plural, rate, share } from "./format.js";
import { link } from "./place.js";
import { Bar, command, empty, Pill, section, Tile } from "./parts.js";

const STATUSES = ["queued", "planning", "running", "committing", "done", "failed", "cancelled"];
const RUNNING = ["planning", "running", "committing"];

export class Overview {
  static title = "Overview";
  view = "/v1/views/overview";
  read = new Tile("Read", { bar: true });
  written = new Tile("Written", { bar: true });
  tasks = new Tile("Merged");
  devices = new Tile("Devices at work", { bar: true });
  failures = new LastFailures();
  jobs = el("ul", { class: "cards" });
  counts = el("ul", { class: "counts" });
  node = el("p", { class: "note" });
  chart = new Chart({
    label: "Bytes read and written per second, over the last ten minutes", time: true,
    series: [{ name: "read", colour: "read", text: rate }, { name: "written", colour: "write", text: rate }],
    xName: "Time", xText: (x) => clock(x * 1000), yText: rate,
  });

  constructor() {
    this.idle = this.makeIdle();
    this.element = el("div", {},
      this.idle,
      el("div", { class: "tiles" }, this.read.element, this.written.element, this.tasks.element, this.devices.element),
      this.running = section("Running", this.jobs),
      section("Rates", this.chart.element),
      el("div", { class: "columns" }, section("Jobs", this.counts), section("Last failures", this.failures.element)),
      this.node);
  }

  makeIdle() {
    this.start = el("p", {}, "No worker is here yet. On each machine that shall merge: ", command("./stockpot worker"));
    return empty(el("h2", {}, "Nothing is running"), el("p", {}, "Submit a plan, and it shows here as it goes:"),
      command("./stockpot submit soup.yaml"), this.start,
      el("p", { class: "note" }, "A plan with a section ", el("code", {}, "search"), " searches for the best soup. The README says what plans look like."));
  }

  draw(rows, changes) {
    const jobs = rows.list("job");
    const running = jobs.filter((job) => !job.ended);
    if (changes.has("rates", "workers")) this.drawTiles(rows.one("rates"), rows.one("workers"));
    if (changes.has("job", "workers")) {
      show(this.idle, running.length === 0 && !rows.one("node")?.alone);
      show(this.start, (rows.one("workers")?.total ?? 0) === 0);
      show(this.running, running.length > 0);
      this.drawJobs(running);
      this.failures.set(jobs);
    }
    if (changes.has("counts")) this.drawCounts(rows.one("counts") ?? {});
    if (changes.has("sample")) this.drawChart(rows.series("sample"));
    const node = rows.one("node");
    if (node) text(this.node, `Cluster ${node.cluster || "(none)"}, Stockpot ${node.version}, coordinates since ${clock(node.since)}`);
  }

  drawTiles(rates, workers) {
    if (rates) {
      const { ceiling, ceilingFrom } = rates;
      const of = (value) => (ceiling ? `${percent(share(value, ceiling))} of ${rate(ceiling)} that storage gives` : "the storage is not measured yet");
      this.read.set(rate(rates.read), of(rates.read), ceiling ? share(rates.read, ceiling) : 0);
      this.written.set(rate(rates.written), of(rates.written), ceiling ? share(rates.written, ceiling) : 0);
      this.read.element.title = ceilingFrom ?? "";
      this.tasks.set(`${brief(rates.tasks)} tasks/s`, "over the last ten seconds");
    }
    if (workers) {
      const others = ["idle", "draining", "drained", "silent", "out"].filter((status) => workers[status] > 0)
        .map((status) => `${count(workers[status])} ${status}`).join(", ");
      this.devices.set(`${count(workers.working)} of ${count(workers.total)}`, others, share(workers.working, workers.total));
    }
  }

  drawJobs(jobs) {
    const order = [...RUNNING, "queued"];
    jobs.sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status) || b.priority - a.priority || (a.submitted < b.submitted ? -1 : 1));
    keep(this.jobs, jobs, (job) => job.id, makeCard, updateCard);
  }

  drawCounts(counts) {
    keep(this.counts, STATUSES, (status) => status,
      (status) => {
        const pill = new Pill(status);
        return el("li", {}, el("a", { href: link("jobs", "", { filter: status }) }, pill.element, el("strong")));
      },
      (item, status) => text(item.firstChild.lastChild, count(counts[status] ?? 0)));
  }

  drawChart(samples) {
    this.chart.set([samples.map((one) => one.t / 1000), samples.map((one) => one.read), samples.map((one) => one.written)]);
  }

  close() {
    this.chart.close();
  }
}

function makeCard(job) {
  const parts = { pill: new Pill(), bar: new Bar(), figures: el("span", { class: "note" }), left: el("span", { class: "note" }) };
  const card = el("li", { class: "card" },
    el("p", {}, parts.pill.element, el("a", { href: link("job", job.id) }, job.id), parts.left),
    parts.bar.element, el("p", {}, parts.figures));
  card.parts = parts;
  return card;
}

function updateCard(card, job) {
  const { parts } = card;
  const { pill, bar, figures } = parts;
  const { progress } = job;
  pill.set(job.status);
  bar.set(share(progress.doneBytes, progress.bytes));
  text(parts.left, left(job));
  text(figures, progress.tasks === 0 ? "nothing merged yet" : [
    `${percent(share(progress.doneBytes, progress.bytes))}: ${bytes(progress.doneBytes)} of ${bytes(progress.bytes)}`,
    `${count(progress.doneTasks)} of ${plural(progress.tasks, "task")}`,
    plural(progress.workers, "worker"),
    job.rate ? rate(job.rate) : null,
  ].filter(Boolean).join(", "));
}
