// The output in the order of its files: what is done, and what is not yet.

import { el, hint, keep, text } from "./dom.js";
import { bytes, count, exact, percent, share } from "./format.js";
import { colour } from "./palette.js";
import { Bar } from "./parts.js";
import { Picture } from "./picture.js";
import { Table } from "./table.js";

const FEW = 12;

export class Strip {
  cells = [];
  shards = [];

  constructor() {
    this.picture = new Picture("How much of the output is done", 34, (context, width, height) => this.draw(context, width, height));
    this.picture.element.className = "strip";
    this.few = el("ul", { class: "shards" });
    this.table = new Table("The output's shards", [
      { title: "Shard", fit: "short", text: (shard) => shard.name },
      { title: "Done", fit: "number", text: (shard) => percent(share(shard.doneBytes, shard.bytes)), sort: (shard) => share(shard.doneBytes, shard.bytes) },
      { title: "Bytes", fit: "number", text: (shard) => `${bytes(shard.doneBytes)} of ${bytes(shard.bytes)}`, exact: exactly, sort: (shard) => shard.bytes },
      { title: "Tensors", fit: "number", text: (shard) => `${count(shard.doneTensors)} of ${count(shard.tensors)}`, sort: (shard) => shard.tensors },
    ], { pageSize: 20 });
    this.key = el("ul", { class: "legend" },
      el("li", {}, el("span", { class: "key key-write", "aria-hidden": "true" }), "done and recorded"),
      el("li", {}, el("span", { class: "key key-rest", "aria-hidden": "true" }), "not yet"));
    this.element = el("figure", { class: "heat" }, this.key, this.picture.element, this.few, this.table.element);
  }

  set(cells, shards) {
    this.cells = cells ?? [];
    this.shards = shards;
    const whole = this.cells.filter((cell) => cell >= 1).length;
    const begun = this.cells.filter((cell) => cell > 0 && cell < 1).length;
    this.picture.label(`The output in ${this.cells.length} parts, in the order of its files: ${whole} done, `
      + `${begun} in part. The shards are listed below.`);
    this.picture.draw();
    const few = shards.length <= FEW;
    this.few.hidden = !few;
    this.table.element.hidden = few;
    if (few) keep(this.few, shards, (shard) => shard.name, makeShard, updateShard);
    else this.table.set(shards);
  }

  draw(context, width, height) {
    const step = width / Math.max(1, this.cells.length);
    const [done, rest] = [colour("write"), colour("rest")];
    context.fillStyle = rest;
    context.fillRect(0, 0, width, height);
    context.fillStyle = done;
    // How full a cell is shows as height, so that it can be told without the colour.
    this.cells.forEach((cell, at) => {
      if (cell > 0) context.fillRect(at * step, height * (1 - cell), Math.ceil(step), height * cell);
    });
    this.drawBounds(context, width, height);
  }

  drawBounds(context, width, height) {
    const all = this.shards.reduce((sum, shard) => sum + shard.bytes, 0);
    if (this.shards.length < 2 || this.shards.length > width / 6 || all === 0) return;
    context.fillStyle = colour("surface");
    let at = 0;
    for (const shard of this.shards.slice(0, -1)) {
      at += shard.bytes;
      context.fillRect(Math.round((at / all) * width) - 1, 0, 2, height);
    }
  }

  close() {
    this.picture.close();
  }
}

const exactly = (shard) => `${exact(shard.doneBytes)} of ${exact(shard.bytes)}`;

function makeShard() {
  const bar = new Bar();
  const item = el("li", {}, el("span", { class: "name" }), bar.element, el("span", { class: "note" }));
  item.bar = bar;
  return item;
}

function updateShard(item, shard) {
  text(item.firstChild, shard.name);
  item.bar.set(share(shard.doneBytes, shard.bytes));
  text(item.lastChild, `${percent(share(shard.doneBytes, shard.bytes))} of ${bytes(shard.bytes)}, ${count(shard.doneTensors)} of ${count(shard.tensors)} tensors`);
  hint(item.lastChild, exactly(shard));
}
