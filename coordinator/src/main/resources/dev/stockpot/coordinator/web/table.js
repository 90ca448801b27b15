// A table of any number of rows, of which it shows one page. Cells are touched only where they change. On a phone each
// row is a card of named values; the roles say that it is a table all the same.

import { el, hint, show, text } from "./dom.js";
import { count, plural } from "./format.js";

/**
 * Columns are {title, text(row)} and may have fit ("number", "short" or "wide"), sort(row), link(row),
 * exact(row), which is shown to whoever points at the cell, and draw(cell, row), which does what it likes with it.
 */
export class Table {
  rows = [];
  page = 0;
  sorted = null;
  down = false;

  constructor(caption, columns, { pageSize = 50, rowClass = null, empty = "Nothing here." } = {}) {
    this.columns = columns;
    this.pageSize = pageSize;
    this.rowClass = rowClass;
    this.heads = columns.map((column, index) => this.head(column, index));
    this.body = el("tbody", { role: "rowgroup" });
    this.none = el("p", { class: "note" }, empty);
    this.where = el("span", { class: "note" });
    this.back = el("button", { type: "button", onclick: () => this.turn(-1) }, "‹ Earlier");
    this.next = el("button", { type: "button", onclick: () => this.turn(1) }, "Later ›");
    this.pager = el("div", { class: "pager", hidden: true }, this.back, this.where, this.next);
    this.scroller = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
      el("table", { role: "table" }, el("caption", { class: "unseen" }, caption),
        el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, this.heads)), this.body));
    this.element = el("div", { class: "paged" }, this.scroller, this.none, this.pager);
    this.draw();
  }

  head(column, index) {
    const head = el("th", { scope: "col", role: "columnheader", class: column.fit });
    if (!column.sort) {
      head.append(column.title);
    } else {
      head.append(el("button", { type: "button", class: "sort", onclick: () => this.sortBy(index) }, column.title));
    }
    return head;
  }

  sortBy(index) {
    this.down = this.sorted === index ? !this.down : this.columns[index].fit === "number";
    this.sorted = index;
    this.page = 0;
    this.heads.forEach((head, at) => {
      if (at === index) head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.draw();
  }

  turn(by) {
    this.page += by;
    this.draw();
  }

  set(rows) {
    this.rows = rows;
    this.draw();
  }

  ordered() {
    if (this.sorted === null) return this.rows;
    const { sort } = this.columns[this.sorted];
    const keyed = this.rows.map((row) => [sort(row), row]);
    const sign = this.down ? -1 : 1;
    keyed.sort(([a], [b]) => (a === b ? 0 : (a ?? -Infinity) < (b ?? -Infinity) ? -sign : sign));
    return keyed.map((pair) => pair[1]);
  }

  draw() {
    const pages = Math.max(1, Math.ceil(this.rows.length / this.pageSize));
    this.page = Math.min(Math.max(0, this.page), pages - 1);
    const first = this.page * this.pageSize;
    const shown = this.ordered().slice(first, first + this.pageSize);
    while (this.body.rows.length > shown.length) this.body.lastChild.remove();
    shown.forEach((row, at) => this.drawRow(this.body.rows[at] ?? this.newRow(), row));
    show(this.none, this.rows.length === 0);
    show(this.scroller, this.rows.length > 0);
    show(this.pager, pages > 1);
    text(this.where, `${count(first + 1)} to ${count(first + shown.length)} of ${plural(this.rows.length, "row")}`);
    this.back.disabled = this.page === 0;
    this.next.disabled = this.page === pages - 1;
  }

  newRow() {
    const row = el("tr", { role: "row" }, this.columns.map((column) => el("td", { class: column.fit, role: "cell", "data-title": column.title })));
    this.body.append(row);
    return row;
  }

  drawRow(element, row) {
    const style = this.rowClass?.(row) ?? "";
    if (element.className !== style) element.className = style;
    this.columns.forEach((column, at) => {
      const cell = element.cells[at];
      if (column.draw) column.draw(cell, row);
      else if (column.link) this.drawLink(cell, column, row);
      else text(cell, column.text(row));
      if (column.exact) hint(cell, column.exact(row));
    });
  }

  drawLink(cell, column, row) {
    const target = column.link(row);
    if (!target) {
      if (cell.firstChild) cell.replaceChildren();
      return;
    }
    const anchor = cell.firstChild ?? cell.appendChild(el("a"));
    if (anchor.getAttribute("href") !== target) anchor.setAttribute("href", target);
    text(anchor, column.text(row));
  }
}
