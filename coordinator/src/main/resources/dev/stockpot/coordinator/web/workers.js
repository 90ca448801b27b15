// The devices: what they do, how they are, what they hold, and what happened to them.

import { el, show, text } from "./dom.js";
import { bytes, count, duration, percent, plural, rate, share } from "./format.js";
import { Filter } from "./filter.js";
import { Happenings } from "./happenings.js";
import { command, empty, Pill, section, Tile } from "./parts.js";
import { Table } from "./table.js";

const GOOD = ["working", "idle"];

export class Workers {
  static title = "Workers and devices";
  view = "/v1/views/workers";

  constructor({ place }) {
    this.filter = new Filter(place, "Filter by name, status, device or job", () => this.fill(), "worker");
    this.table = new Table("Workers", columns(), { empty: "No worker is like that.", rowClass: (worker) => (GOOD.includes(worker.status) ? "" : "odd") });
    this.events = new Happenings(place, { caption: "What happened to workers, the newest first", withJob: true });
    this.none = empty(el("h2", {}, "No worker is here"), el("p", {}, "Start one on each machine that shall merge:"), command("./stockpot worker"));
    this.tiles = { working: new Tile("Working", { bar: true }), rate: new Tile("Written"), gone: new Tile("Silent, drained or out"), restarts: new Tile("Restarts") };
    this.element = el("div", {}, this.none,
      el("div", { class: "tiles" }, Object.values(this.tiles).map((tile) => tile.element)),
      this.list = section("All of them", this.filter.element, this.table.element), section("What happened", this.events.element));
  }

  draw(rows, changes) {
    if (changes.has("worker")) {
      this.workers = [...rows.group("worker").values()].sort((a, b) => byName.compare(a.name, b.name));
      this.drawTiles(this.workers);
      show(this.none, this.workers.length === 0);
      show(this.list, this.workers.length > 0);
      this.fill();
    }
    if (changes.has("event")) this.events.set(rows.series("event"));
  }

  drawTiles(workers) {
    const working = workers.filter((worker) => worker.status === "working");
    const odd = workers.filter((worker) => !GOOD.includes(worker.status));
    this.tiles.working.set(`${count(working.length)} of ${count(workers.length)}`, "", share(working.length, workers.length));
    this.tiles.rate.set(rate(total(workers, "bytesPerSecond")), "by all devices together");
    this.tiles.gone.set(count(odd.length), odd.slice(0, 3).map((worker) => `${worker.name} is ${worker.status}`).join(", "));
    this.tiles.restarts.set(count(total(workers, "restarts")), "by their supervisors");
  }

  fill() {
    this.table.set((this.workers ?? []).filter((worker) =>
      this.filter.matches(worker.name, worker.status, worker.device, worker.kind, worker.outOfService,
        ...(worker.held ?? []).map((one) => one.job))));
  }
}

const byName = new Intl.Collator("en", { numeric: true });
const total = (workers, name) => workers.reduce((sum, worker) => sum + worker[name], 0);

function columns() {
  return [
    { title: "Worker", fit: "short", text: (worker) => worker.name, sort: (worker) => worker.name },
    { title: "Status", draw: drawStatus, sort: (worker) => worker.status },
    { title: "Device", text: (worker) => `${worker.device} · ${worker.detail}`, sort: (worker) => worker.device },
    { title: "Rate", fit: "number", text: (worker) => rate(worker.bytesPerSecond), sort: (worker) => worker.bytesPerSecond },
    { title: "Done", fit: "number", text: (worker) => `${plural(worker.doneTasks, "task")}, ${bytes(worker.doneBytes)}`, sort: (worker) => worker.doneBytes },
    { title: "Holds", text: held, sort: (worker) => worker.leasedBytes },
    { title: "Device says", text: (worker) => sample(worker.sample), sort: (worker) => worker.sample?.gpuPercent ?? null },
    { title: "Files", text: ways },
    { title: "Restarts", fit: "number", text: (worker) => count(worker.restarts), sort: (worker) => worker.restarts },
    { title: "Reported", fit: "number", text: (worker) => (worker.secondsSinceReport < 5 ? "just now" : `${duration(worker.secondsSinceReport)} ago`), sort: (worker) => worker.secondsSinceReport },
  ];
}

function drawStatus(cell, worker) {
  if (!cell.pill) {
    cell.pill = new Pill();
    cell.append(cell.pill.element, el("span", { class: "note" }));
  }
  cell.pill.set(worker.status);
  text(cell.lastChild, worker.outOfService ? ` ${worker.outOfService}` : "");
}

function held(worker) {
  if (worker.leases === 0) return "";
  const tasks = new Map();
  for (const one of worker.held ?? []) tasks.set(one.job, (tasks.get(one.job) ?? 0) + one.tasks);
  const first = [...tasks].map(([job, held]) => `${job}: ${plural(held, "task")}`).join("; ");
  return `${plural(worker.leases, "lease")}, ${bytes(worker.leasedBytes)}${first ? ` (${first})` : ""}`;
}

function sample(one) {
  if (!one) return "–";
  const known = (value) => value !== null && value !== undefined;
  return [
    known(one.gpuPercent) ? `${one.gpuPercent} % busy` : null,
    known(one.memoryUsedBytes) ? `${bytes(one.memoryUsedBytes)}${known(one.memoryBytes) ? ` of ${bytes(one.memoryBytes)}, ${percent(share(one.memoryUsedBytes, one.memoryBytes))}` : ""}` : null,
    known(one.celsius) ? `${one.celsius} °C` : null,
    known(one.milliwatts) ? `${Math.round(one.milliwatts / 1000)} W` : null,
  ].filter(Boolean).join(", ");
}

/** How it reaches files, the ways counted: each file has one of two. */
function ways(worker) {
  const through = (worker.storage ?? []).filter((one) => one.way === "coordinator").map((one) => one.files);
  if ((worker.storage ?? []).length === 0) return "";
  return through.length === 0 ? "all direct" : `through the coordinator: ${through.join(", ")}`;
}
