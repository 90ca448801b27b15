// Small parts that all pages are made of.

import { el, show, text } from "./dom.js";

/** Each status has a sign besides its colour. */
const SIGNS = {
  queued: "◌", planning: "◔", running: "▶", merging: "▶", searching: "▶", committing: "◕", done: "✔", failed: "✖",
  cancelled: "⊘", working: "▶", idle: "○", draining: "◑", drained: "◌", silent: "?", out: "✖", up: "✔",
  waiting: "◌", evaluating: "▶", joining: "◔", leaving: "◑", exiting: "◑", down: "✖", removed: "✖", unreachable: "?",
};

/** A status, or what is like one. */
export class Pill {
  element = el("span", { class: "pill" });

  constructor(status) {
    if (status) this.set(status);
  }

  set(status) {
    if (this.status === status) return;
    this.status = status;
    this.element.dataset.status = status;
    text(this.element, `${SIGNS[status] ?? "•"} ${status}`);
  }
}

/** How much of a whole; what it means stands in words beside it. */
export class Bar {
  fill = el("span", { class: "bar-fill" });
  element = el("span", { class: "bar", "aria-hidden": "true" }, this.fill);

  constructor(fraction = 0) {
    this.set(fraction);
  }

  set(fraction) {
    const width = `${(Math.min(1, Math.max(0, fraction)) * 100).toFixed(1)}%`;
    if (this.fill.style.width !== width) this.fill.style.width = width;
  }
}

/** A figure with its name and what it is compared with. */
export class Tile {
  value = el("strong", {}, "–");
  note = el("span", { class: "note" });
  bar = new Bar();
  element;

  constructor(name, { bar = false } = {}) {
    this.element = el("div", { class: "tile" }, el("span", { class: "tile-name" }, name), this.value,
      bar ? this.bar.element : null, this.note);
  }

  set(value, note = "", fraction = null) {
    text(this.value, value);
    text(this.note, note);
    if (fraction !== null) this.bar.set(fraction);
  }
}

/** A section with its heading; the heading can be told more beside. */
export function section(title, ...children) {
  const heading = el("h2", {}, title);
  return el("section", {}, heading, ...children);
}

/** Names and values. */
export class Facts {
  element = el("dl", { class: "facts" });
  values = new Map();

  set(name, value) {
    let pair = this.values.get(name);
    if (!pair) {
      const shown = el("dd");
      pair = { shown, box: el("div", {}, el("dt", {}, name), shown) };
      this.values.set(name, pair);
      this.element.append(pair.box);
    }
    show(pair.box, value !== null && value !== undefined && value !== "");
    if (value instanceof Node) pair.shown.firstChild === value || pair.shown.replaceChildren(value);
    else text(pair.shown, value ?? "");
  }
}

/** A table that is made when somebody opens it. */
export function behind(summary, make) {
  const box = el("details", { class: "behind" }, el("summary", {}, summary));
  let made = null;
  box.addEventListener("toggle", () => {
    if (box.open && !made) {
      made = make();
      box.append(made.element);
    }
    if (box.open) made.refresh();
  });
  return { element: box, refresh: () => box.open && made?.refresh() };
}

/** Says that something is not there, and what to do about it. */
export const empty = (...children) => el("div", { class: "empty" }, ...children);

export const command = (line) => el("pre", { class: "command" }, el("code", {}, line));
