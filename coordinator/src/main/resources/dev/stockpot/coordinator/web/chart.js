// Lines over time or number, by uPlot, with a table behind them.

import { el } from "./dom.js";
import { colour, onTheme } from "./palette.js";
import { behind } from "./parts.js";
import { Table } from "./table.js";

const FONT = "11px system-ui, sans-serif";
/** Steps of an axis that counts. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const DASHES = [[], [6, 3], [2, 3]];

/**
 * Series are {name, colour, text(value), points}; the table shows the last rows of what the lines show.
 */
export class Chart {
  data = null;
  plot = null;

  constructor({ label, time, series, xName, xText, yText, height = 180 }) {
    Object.assign(this, { label, time, series, xText, yText, height });
    this.place = el("div", { class: "chart", role: "img", "aria-label": label });
    this.table = behind(`${label}, as a table`, () => {
      const table = new Table(label, [
        { title: xName, text: (row) => xText(row[0]) },
        ...series.map((one, at) => ({ title: one.name, fit: "number", text: (row) => one.text(row[at + 1]) })),
      ], { pageSize: 20 });
      return { element: table.element, refresh: () => table.set(this.lines()) };
    });
    const legend = el("ul", { class: "legend" }, series.map((one, at) =>
      el("li", {}, el("span", { class: `key key-${one.colour} ${one.points ? "key-dot" : `key-line${at}`}`, "aria-hidden": "true" }), one.name)));
    this.element = el("figure", {}, legend, this.place, this.table.element);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.place);
    this.offTheme = onTheme(() => this.rebuild());
  }

  lines() {
    return (this.data?.[0] ?? []).map((x, at) => this.data.map((column) => column[at])).reverse();
  }

  set(data) {
    this.data = data;
    if (this.plot) this.plot.setData(data);
    else this.rebuild();
    this.table.refresh();
  }

  fit() {
    const width = this.place.clientWidth;
    if (this.plot && width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: this.height });
    else if (!this.plot) this.rebuild();
  }

  rebuild() {
    const width = this.place.clientWidth;
    if (!this.data || width === 0) return;
    this.plot?.destroy();
    const axis = { stroke: colour("muted"), font: FONT, grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
    this.plot = new globalThis.uPlot({
      width, height: this.height,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: this.time }, y: { range: (_, low, high) => (this.time ? [0, high > 0 ? high * 1.1 : 1] : spread(low, high)) } },
      axes: [
        { ...axis, ...(this.time ? {} : { incrs: WHOLE }), size: 28, space: 90, values: (_, values) => values.map(this.xText) },
        { ...axis, size: 62, values: (_, values) => values.map(this.yText) },
      ],
      series: [{}, ...this.series.map((one, at) => ({
        stroke: colour(one.colour), width: one.points ? 0 : 2, dash: one.points ? [] : DASHES[at % DASHES.length],
        points: { show: Boolean(one.points), size: 7, fill: colour(one.colour) },
      }))],
    }, this.data, this.place);
  }

  close() {
    this.observer.disconnect();
    this.offTheme();
    this.plot?.destroy();
  }
}

function spread(low, high) {
  if (low === null || high === null) return [0, 1];
  const room = Math.max((high - low) * 0.1, Math.abs(high) * 0.01, 1e-6);
  return [low - room, high + room];
}
