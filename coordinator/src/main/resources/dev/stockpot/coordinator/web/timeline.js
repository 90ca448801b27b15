// What the devices did: a row a device, time to the right, phases as colours, idle as nothing.

import { el, text } from "./dom.js";
import { bytes, clock, duration, percent, plural } from "./format.js";
import { kindOf, KINDS } from "./glyphs.js";
import { Lanes, LEASED, MERGE, READ, WRITE } from "./lanes.js";
import { colour } from "./palette.js";
import { Picture } from "./picture.js";

const ROW = 26;
const AXIS = 20;
const VISIBLE = 16;
const PHASES = [[READ, "read"], [MERGE, "merge"], [WRITE, "write"]];
const LEGEND = [["read", "read"], ["merge", "merge"], ["write", "write and flush"], ["leased", "holds work, computes nothing"], ["idle", "idle"]];

export class Timeline {
  lanes = new Lanes();
  chosen = null;

  /** @param place keeps the chosen moment, so that a link leads to it */
  constructor(place) {
    this.place = place;
    this.picture = new Picture("Timeline of the devices", AXIS + ROW, (context, width) => this.draw(context, width));
    this.spacer = el("div", { class: "timeline-space" }, this.picture.element);
    this.scroller = el("div", {
      class: "timeline-scroll", tabindex: 0, role: "group", "aria-label": "Timeline of the devices. Arrow keys choose a moment and a device.",
      onkeydown: (event) => this.onKey(event), onclick: (event) => this.choose(this.at(event)),
      onpointermove: (event) => this.hover(event), onpointerleave: () => (this.tip.hidden = true),
    }, this.spacer);
    this.scroller.addEventListener("scroll", () => this.redraw(), { passive: true });
    this.tip = el("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.moment = el("p", { class: "moment", "aria-live": "polite" });
    this.gap = el("p", { class: "note" });
    this.legend = el("ul", { class: "legend" }, LEGEND.map(([key, name]) =>
      el("li", {}, el("span", { class: `key key-${key}`, "aria-hidden": "true" }), name)));
    this.signs = el("ul", { class: "legend" });
    this.element = el("figure", { class: "timeline" }, this.legend, this.signs, el("div", { class: "timeline-frame" }, this.scroller, this.tip), this.moment, this.gap);
  }

  update(rows, changes) {
    this.lanes.update(rows, changes);
    const { names, span } = this.lanes;
    const shown = Math.min(VISIBLE, Math.max(1, names.length));
    this.picture.height = AXIS + shown * ROW;
    this.scroller.style.height = `${this.picture.height}px`;
    this.spacer.style.height = `${AXIS + Math.max(1, names.length) * ROW}px`;
    if (changes.has("mark")) this.drawSigns();
    if (span && this.chosen === null) this.fromPlace();
    this.picture.label(span
      ? `${plural(names.length, "device")} from ${clock(span.from)} to ${clock(this.lanes.until)}. A table of the same is below.`
      : "No device has worked for this job yet.");
    this.redraw();
    this.say();
  }

  drawSigns() {
    const there = Object.entries(KINDS).filter(([kind]) => this.lanes.marks.some((mark) => mark.kind === kind));
    this.signs.replaceChildren(...there.map(([, kind]) =>
      el("li", {}, el("span", { class: `sign sign-${kind.colour}`, "aria-hidden": "true" }, kind.sign), kind.says)));
  }

  redraw() {
    this.picture.element.style.top = "0px";
    this.picture.draw();
  }

  left(width) {
    return width < 560 ? 92 : 170;
  }

  draw(context, width) {
    const { names, span, buckets } = this.lanes;
    if (!span) return;
    const left = this.left(width);
    const step = (width - left) / buckets;
    const first = Math.floor(this.scroller.scrollTop / ROW);
    const shift = this.scroller.scrollTop - first * ROW;
    const visible = names.slice(first, first + Math.ceil(this.picture.height / ROW) + 1);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    visible.forEach((name, at) => this.drawLane(context, name, AXIS + at * ROW - shift, left, width, step));
    this.drawAxis(context, left, width);
    if (this.chosen) {
      context.strokeStyle = colour("ink");
      context.lineWidth = 1;
      context.strokeRect(left + this.chosen.bucket * step - 0.5, AXIS, Math.max(3, step) + 1, this.picture.height - AXIS);
    }
  }

  drawLane(context, name, top, left, width, step) {
    context.fillStyle = colour("line");
    context.fillRect(0, top + ROW - 1, width, 1);
    context.fillStyle = this.chosen?.name === name ? colour("accent") : colour("ink");
    context.fillText(elided(context, name, left - 10), 2, top + ROW / 2);
    const peak = this.lanes.peak(name);
    const tall = ROW - 6;
    for (const [bucket, cell] of this.lanes.cells.get(name) ?? []) {
      const x = left + bucket * step;
      const wide = Math.max(1, step - (step > 4 ? 0.6 : 0));
      if (cell[LEASED] > 0) {
        context.fillStyle = colour("leased");
        context.fillRect(x, top + 3, wide * Math.min(1, cell[LEASED] / this.lanes.span.step), tall);
      }
      let bottom = top + 3 + tall;
      for (const [index, phase] of PHASES) {
        const height = (cell[index] / peak) * tall;
        if (height <= 0) continue;
        context.fillStyle = colour(phase);
        context.fillRect(x, bottom - height, wide, height);
        bottom -= height;
      }
    }
    this.drawMarks(context, name, top, left, step);
  }

  drawMarks(context, name, top, left, step) {
    const { span, marks } = this.lanes;
    context.textAlign = "center";
    context.font = "bold 13px system-ui, sans-serif";
    for (const mark of marks) {
      if (mark.worker !== name) continue;
      const kind = kindOf(mark);
      const x = left + ((mark.t - span.from) / span.step) * step;
      if (kind.colour !== "muted") {
        context.fillStyle = colour(kind.colour);
        context.fillRect(x - 0.75, top + 1, 1.5, ROW - 3);
      }
      context.lineWidth = 3;
      context.strokeStyle = colour("surface");
      context.strokeText(kind.sign, x, top + ROW / 2);
      context.fillStyle = colour(kind.colour);
      context.fillText(kind.sign, x, top + ROW / 2);
    }
    context.textAlign = "left";
    context.font = "12px system-ui, sans-serif";
  }

  drawAxis(context, left, width) {
    context.fillStyle = colour("surface");
    context.fillRect(0, 0, width, AXIS);
    context.fillStyle = colour("muted");
    context.font = "11px system-ui, sans-serif";
    const { span, buckets } = this.lanes;
    const ticks = width < 560 ? 2 : 5;
    for (let at = 0; at <= ticks; at++) {
      const seconds = (buckets * span.step * at) / ticks / 1000;
      context.textAlign = at === 0 ? "left" : at === ticks ? "right" : "center";
      context.fillText(at === 0 ? clock(span.from) : `+${duration(seconds)}`, left + ((width - left) * at) / ticks, AXIS / 2);
    }
    context.textAlign = "left";
    for (const mark of this.lanes.marks) {
      if (!mark.worker && span) {
        const x = left + ((mark.t - span.from) / (buckets * span.step)) * (width - left);
        context.fillText(kindOf(mark).sign, x, AXIS - 5);
        context.fillRect(x, AXIS, 1, this.picture.height - AXIS);
      }
    }
  }

  /** What is under a pointer. */
  at(event) {
    const box = this.picture.element.getBoundingClientRect();
    const left = this.left(box.width);
    const x = event.clientX - box.left - left;
    const y = event.clientY - box.top - AXIS + this.scroller.scrollTop;
    const { names, buckets } = this.lanes;
    if (x < 0 || y < 0 || buckets === 0) return null;
    const bucket = Math.min(buckets - 1, Math.floor((x / (box.width - left)) * buckets));
    const name = names[Math.floor(y / ROW)];
    return name === undefined ? null : { bucket, name };
  }

  hover(event) {
    const at = this.at(event);
    this.tip.hidden = at === null;
    if (!at) return;
    text(this.tip, this.words(at));
    const box = this.scroller.getBoundingClientRect();
    const x = event.clientX - box.left;
    this.tip.style.left = x > box.width / 2 ? "" : `${x + 14}px`;
    this.tip.style.right = x > box.width / 2 ? `${box.width - x + 14}px` : "";
    this.tip.style.top = `${event.clientY - box.top + 14}px`;
  }

  onKey(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-1e6, 0], End: [1e6, 0] };
    const move = moves[event.key];
    const { names, buckets } = this.lanes;
    if (!move || names.length === 0 || buckets === 0) return;
    event.preventDefault();
    const was = this.chosen ?? { bucket: buckets - 1, name: names[0] };
    const row = within(names.indexOf(was.name) + move[1], names.length);
    this.choose({ bucket: within(was.bucket + move[0], buckets), name: names[row] });
    const top = row * ROW;
    const seen = this.picture.height - AXIS;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top + ROW > this.scroller.scrollTop + seen) this.scroller.scrollTop = top + ROW - seen;
  }

  choose(at) {
    if (!at) return;
    this.chosen = at;
    this.place.set("at", String(this.lanes.startOf(at.bucket)));
    this.place.set("device", at.name);
    this.redraw();
    this.say();
  }

  fromPlace() {
    const time = Number(this.place.get("at"));
    const name = this.place.get("device") || this.lanes.names[0];
    if (time > 0 && name) this.chosen = { bucket: this.lanes.bucketOf(time), name };
  }

  say() {
    const { names, span } = this.lanes;
    const hint = names.length > 0 ? "Choose a moment to read it in words; the address then leads to it." : "";
    text(this.moment, this.chosen && span ? this.words(this.chosen) : hint);
    text(this.gap, names.length > 1 ? stragglers(this.lanes) : "");
  }

  words({ bucket, name }) {
    const cell = this.lanes.cells.get(name)?.get(bucket);
    const { step } = this.lanes.span;
    const from = this.lanes.startOf(bucket);
    const at = `${name}, ${clock(from)} + ${duration(step / 1000)}: `;
    const marks = this.lanes.marksIn(bucket, name).slice(0, 5)
      .map((mark) => `${kindOf(mark).sign} ${mark.text || kindOf(mark).says}`);
    return [at + (cell ? did(cell, step) : "idle"), ...marks].join(" · ");
  }

  close() {
    this.picture.close();
  }
}

const within = (value, size) => Math.min(size - 1, Math.max(0, value));

function did(cell, step) {
  const [tasks, bytesIn, bytesOut] = cell;
  const all = cell[READ] + cell[MERGE] + cell[WRITE];
  const parts = PHASES.map(([index, phase]) => `${phase} ${percent(all > 0 ? cell[index] / all : 0)}`).join(", ");
  return `${plural(tasks, "task")}, ${bytes(bytesIn)} in, ${bytes(bytesOut)} out`
    + (all > 0 ? `; of ${duration(all / 1e9)} of threads ${parts}` : "")
    + `; held work for ${percent(Math.min(1, cell[LEASED] / step))} of the time`;
}

/** Names the devices that did least and most, which a row of numbers would hide. */
function stragglers(lanes) {
  const busy = lanes.names.map((name) => [lanes.busy(name), name]).sort((a, b) => a[0] - b[0]);
  const [least, most] = [busy[0], busy[busy.length - 1]];
  const median = busy[Math.floor(busy.length / 2)];
  return `Held work: least ${least[1]} (${percent(least[0])} of the time), median ${percent(median[0])}, most ${most[1]} (${percent(most[0])}).`;
}

function elided(context, name, width) {
  if (context.measureText(name).width <= width) return plainName(name);
  let end = name.length;
  while (end > 1 && context.measureText(`…${name.slice(-end)}`).width > width) end--;
  return plainName(`…${name.slice(-end)}`);
}

const plainName = (name) => name.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/g, "�");
