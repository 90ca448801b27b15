// Scores against weights: a triangle where there are three experts, else a small picture for each.

import { el, svg } from "./dom.js";
import { brief, decimal } from "./format.js";

const SIDE = 320;
const HIGH = (SIDE * Math.sqrt(3)) / 2;
const MARGIN = 34;

export class Weights {
  element = el("figure");

  /** @param candidates that have a value; best is one of them, or null */
  set(candidates, experts, best) {
    const values = candidates.map((one) => one.value);
    const scale = { low: Math.min(...values), high: Math.max(...values) };
    const inside = candidates.filter((one) => experts.length === 3 && Math.abs(sum(one, experts) - 1) < 1e-6);
    if (candidates.length === 0) this.element.replaceChildren(el("p", { class: "note" }, "No candidate is scored yet."));
    else if (inside.length > 0) this.element.replaceChildren(triangle(inside, experts, best, scale), key(scale));
    else this.element.replaceChildren(el("div", { class: "multiples" }, experts.map((model) => multiple(candidates, model, best, scale))), key(scale));
  }
}

const sum = (candidate, models) => models.reduce((all, model) => all + (candidate.weights[model] ?? 0), 0);
const heat = (value, { low, high }) => (high > low ? (value - low) / (high - low) : 1);
const said = (candidate) => `${candidate.name}: ${decimal(candidate.value)} (${weightsOf(candidate)})`;

export const weightsOf = (candidate) =>
  Object.entries(candidate.weights).filter(([, weight]) => weight !== 0).map(([model, weight]) => `${model} ${brief(weight)}`).join(", ");

/** The higher the score, the larger and the darker. */
function dot(candidate, x, y, best, scale) {
  const part = heat(candidate.value, scale);
  const shape = svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: (3.5 + 5 * part).toFixed(1), class: `dot dot-${Math.round(part * 4)}` },
    svg("title", {}, said(candidate)));
  return candidate === best ? svg("g", {}, shape, svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 13, class: "ring" }),
    svg("text", { x: (x + 16).toFixed(1), y: (y + 4).toFixed(1), class: "best" }, `best ${decimal(candidate.value)}`)) : shape;
}

function triangle(candidates, [a, b, c], best, scale) {
  const corner = { [a]: [MARGIN + SIDE / 2, MARGIN], [b]: [MARGIN, MARGIN + HIGH], [c]: [MARGIN + SIDE, MARGIN + HIGH] };
  const at = ({ weights }, axis) => [a, b, c].reduce((all, model) => all + (weights[model] ?? 0) * corner[model][axis], 0);
  const grid = [0.25, 0.5, 0.75].flatMap((part) => [[a, b, c], [b, c, a], [c, a, b]].map(([top, left, right]) => {
    const point = (other) => corner[top].map((value, axis) => value * part + corner[other][axis] * (1 - part));
    const [[x1, y1], [x2, y2]] = [point(left), point(right)];
    return svg("line", { x1, y1, x2, y2, class: "grid" });
  }));
  const label = (model, x, y, anchor) => svg("text", { x, y, "text-anchor": anchor, class: "corner" }, model);
  const ordered = [...candidates].sort((one, other) => one.value - other.value);
  return svg("svg", { viewBox: `0 0 ${SIDE + 2 * MARGIN} ${HIGH + 2 * MARGIN}`, class: "triangle", role: "img",
    "aria-label": `Scores of ${candidates.length} soups of ${a}, ${b} and ${c}; the leaderboard lists them.` },
  svg("polygon", { points: [a, b, c].map((model) => corner[model].join(",")).join(" "), class: "frame" }), grid,
  label(`all ${a}`, MARGIN + SIDE / 2, MARGIN - 14, "middle"), label(`all ${b}`, 4, MARGIN + HIGH + 26, "start"),
  label(`all ${c}`, SIDE + 2 * MARGIN - 4, MARGIN + HIGH + 26, "end"),
  ordered.map((one) => dot(one, at(one, 0), at(one, 1), best, scale)));
}

function multiple(candidates, model, best, scale) {
  const [width, height, left, top] = [220, 130, 8, 10];
  const x = (one) => left + (one.weights[model] ?? 0) * (width - 2 * left);
  const y = (one) => height - top - heat(one.value, scale) * (height - 3 * top);
  return el("div", { class: "multiple" }, el("h3", {}, model),
    svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Score against the weight of ${model}; the leaderboard lists the numbers.` },
      svg("line", { x1: left, y1: height - 4, x2: width - left, y2: height - 4, class: "grid" }),
      candidates.filter((one) => one !== best).map((one) => dot(one, x(one), y(one), null, scale)),
      best ? dot(best, x(best), y(best), null, scale) : null,
      best ? svg("circle", { cx: x(best), cy: y(best), r: 11, class: "ring" }) : null),
    el("p", { class: "note ends" }, el("span", {}, "weight 0"), el("span", {}, "weight 1")));
}

const key = ({ low, high }) => el("figcaption", { class: "note" },
  `A dot is a soup: small and pale scored least (${decimal(low)}), large and dark most (${decimal(high)}). The ring is the best.`);
