// One job that has ended, from rows that stand in the page itself: the same pictures, and no network.

import { el } from "./dom.js";
import { JobPage } from "./job.js";
import { themeSwitch } from "./palette.js";
import { Place } from "./place.js";
import { Rows } from "./rows.js";

const { rows: embedded } = JSON.parse(document.getElementById("rows").textContent);
const rows = new Rows();
rows.apply({ epoch: "report", version: 0, reset: true, rows: embedded });
const place = new Place(location.hash);
place.page = "report";
place.id = rows.one("job")?.id ?? "";
const page = new JobPage({ place, session: { readOnly: true }, report: true });
page.now = Math.max(0, ...rows.list("phase").map((phase) => phase.to ?? phase.from));
document.title = `${place.id} · Stockpot`;
document.body.append(
  el("header", {}, el("span", { class: "brand" }, "Stockpot"), el("span", { class: "note" }, "Report of a job"),
    el("div", { class: "who" }, themeSwitch())),
  el("main", { id: "main" }, page.element));
page.draw(rows, rows.take());
