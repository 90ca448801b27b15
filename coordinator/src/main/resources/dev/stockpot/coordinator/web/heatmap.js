// How the categories correlate, as a table whose cells are coloured: it reads the same without colours.

import { el } from "./dom.js";
import { decimal } from "./format.js";

const STRONGEST = 0.45;

export class HeatMap {
  body = el("table", { class: "heatmap" });
  element = el("figure", {},
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "How the categories correlate" }, this.body),
    el("figcaption", { class: "note" }, "Orange goes together, blue against each other. ▾ marks what correlates below the threshold; ",
      "★ a category that needed an expert."));

  set({ categories, values }, { threshold, low = [] }) {
    const named = (name) => (low.includes(name) ? `★ ${name}` : name);
    this.body.replaceChildren(
      el("caption", { class: "unseen" }, "Correlations of the categories"),
      el("thead", {}, el("tr", {}, el("td"), categories.map((name) => el("th", { scope: "col" }, named(name))))),
      el("tbody", {}, values.map((row, y) => el("tr", {}, el("th", { scope: "row" }, named(categories[y])),
        row.map((value, x) => cell(value, x === y, threshold))))));
  }
}

function cell(value, same, threshold) {
  if (same || value === null) return el("td", { class: "same" }, same ? "" : "–");
  const below = threshold !== null && threshold !== undefined && value < threshold;
  const node = el("td", { class: below ? "below" : null }, decimal(value), below ? " ▾" : "");
  const strength = (Math.min(1, Math.abs(value)) * STRONGEST).toFixed(2);
  node.style.backgroundColor = value >= 0 ? `rgba(224, 122, 40, ${strength})` : `rgba(58, 120, 200, ${strength})`;
  return node;
}
