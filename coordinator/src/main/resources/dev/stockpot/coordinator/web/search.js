// A search for the best soup: why these experts, what was tried, what came of it.

import { Chart } from "./chart.js";
import { el, keep, show, text } from "./dom.js";
import { brief, count, decimal, duration, plural } from "./format.js";
import { HeatMap } from "./heatmap.js";
import { Bar, Facts, section } from "./parts.js";
import { Table } from "./table.js";
import { Weights } from "./weights.js";

export class Search {
  facts = new Facts();
  heatmap = new HeatMap();
  weights = new Weights();
  shapley = el("ul", { class: "bars" });
  underway = el("ul", { class: "cards" });
  experts = new Table("The experts and why they were chosen", [
    { title: "Category", fit: "short", text: (one) => one.category },
    { title: "Expert", fit: "short", text: (one) => one.model },
    { title: "Why", fit: "wide", text: (one) => one.why + (one.tiedWith?.length > 0 ? `; tied with ${one.tiedWith.join(", ")}` : "") },
  ], { empty: "Not chosen yet." });
  growth = new Chart({
    label: "Scores in the order of the evaluations", time: false, xName: "Evaluation", xText: count, yText: brief,
    series: [{ name: "score", colour: "read", text: (value) => decimal(value), points: true }, { name: "best so far", colour: "accent", text: (value) => decimal(value) }],
  });
  board = new Table("Leaderboard", [
    { title: "Place", fit: "number", text: (one) => (one.place ? (one.best ? `★ ${one.place}` : one.place) : "–") },
    { title: "Soup", text: (one) => one.name, sort: (one) => one.name },
    { title: "Score", fit: "number", text: (one) => decimal(one.value), sort: (one) => one.value },
    { title: "Held out", fit: "number", text: (one) => (one.heldOut ? decimal(one.heldOut.value) : "–"), sort: (one) => one.heldOut?.value ?? null },
    { title: "Kind", fit: "short", text: (one) => one.kind, sort: (one) => one.kind },
    { title: "Scores", fit: "wide", text: (one) => scores(one.scores) },
    { title: "Took", fit: "number", text: (one) => duration(one.seconds), sort: (one) => one.seconds },
    { title: "State", text: (one) => one.state + (one.failure ? `: ${one.failure}` : ""), sort: (one) => one.state },
  ], { pageSize: 20, rowClass: (one) => (one.best ? "best" : "") });

  constructor() {
    this.element = el("div", {},
      section("Search", this.facts.element),
      el("div", { class: "columns" }, section("Score against weights", this.weights.element), section("As it grows", this.growth.element)),
      this.now = section("Under way", this.underway),
      section("Leaderboard", this.board.element),
      section("Experts", this.experts.element),
      this.matrix = section("How categories correlate", this.heatmap.element),
      this.values = section("Shapley values: what each expert adds", this.shapley));
  }

  draw(rows, changes) {
    const search = rows.one("search");
    const candidates = [...rows.group("candidate")].map(([number, one]) => ({ number: Number(number), ...one })).sort((a, b) => a.number - b.number);
    const best = candidates.find((one) => one.number === search.best) ?? null;
    if (changes.has("search", "candidate")) {
      this.drawFacts(search, best);
      this.drawCandidates(search, candidates, best);
      this.experts.set(search.experts ?? []);
    }
    const matrix = rows.one("matrix");
    if (matrix && changes.has("matrix", "search")) this.heatmap.set(matrix, search);
    show(this.matrix, Boolean(matrix));
    if (changes.has("shapley")) this.drawShapley(rows.one("shapley"));
  }

  drawFacts(search, best) {
    const { facts } = this;
    facts.set("Best so far", best ? `${decimal(best.value)}, ${best.name}` : "none yet");
    facts.set("Held out, of the best", best?.heldOut ? `${decimal(best.heldOut.value)}; it chose nothing` : null);
    facts.set("Objective", search.objective);
    facts.set("Evaluated", `${count(search.evaluated)} of ${plural(search.candidates, "candidate")}${search.known > 0 ? `, ${count(search.known)} known from before` : ""}`);
    facts.set("At the same time", search.parallel > 1 ? count(search.parallel) : null);
    const left = search.candidates - search.evaluated;
    const time = search.remaining === null || search.remaining === undefined ? "" : `, about ${duration(search.remaining)}`;
    facts.set("Left", left > 0 ? plural(left, "evaluation") + time : null);
    facts.set("Threshold of correlation", search.threshold === null || search.threshold === undefined ? null : brief(search.threshold));
  }

  drawCandidates(search, candidates, best) {
    const scored = candidates.filter((one) => one.value !== null && one.value !== undefined);
    const order = [...scored].sort((a, b) => b.value - a.value);
    const place = new Map(order.map((one, at) => [one.number, at + 1]));
    const rest = candidates.filter((one) => !place.has(one.number));
    this.board.set([...order, ...rest].map((one) => ({ ...one, place: place.get(one.number), best: one === best })));
    this.weights.set(scored, [...new Set((search.experts ?? []).map((one) => one.model))], best);
    let high = -Infinity;
    this.growth.set([scored.map((_, at) => at + 1), scored.map((one) => one.value), scored.map((one) => (high = Math.max(high, one.value)))]);
    const busy = candidates.filter((one) => one.state === "merging" || one.state === "evaluating");
    show(this.now, busy.length > 0);
    keep(this.underway, busy, (one) => one.number,
      () => el("li", { class: "card" }, el("p", {}, el("strong"), el("span", { class: "note" })), el("p", { class: "note prose" })),
      (item, one) => {
        const [title, log] = item.children;
        text(title.firstChild, `▶ ${one.name}`);
        text(title.lastChild, ` ${one.state}${one.seconds ? ` for ${duration(one.seconds)}` : ""}`);
        text(log, one.log ? `log: ${one.log}` : "");
      });
  }

  drawShapley(values) {
    show(this.values, Boolean(values));
    const pairs = Object.entries(values ?? {}).sort((a, b) => b[1] - a[1]);
    const most = Math.max(1e-9, ...pairs.map(([, value]) => Math.abs(value)));
    keep(this.shapley, pairs, ([model]) => model,
      ([model]) => {
        const bar = new Bar();
        const item = el("li", {}, el("span", { class: "name" }, model), bar.element, el("span", { class: "note" }));
        item.bar = bar;
        return item;
      },
      (item, [, value]) => {
        item.bar.set(Math.abs(value) / most);
        text(item.lastChild, `${value > 0 ? "+" : ""}${decimal(value)}`);
      });
  }

  close() {
    this.growth.close();
  }
}

const scores = (all) => Object.entries(all ?? {}).map(([category, score]) => `${category} ${decimal(score, 1)}`).join(", ");
