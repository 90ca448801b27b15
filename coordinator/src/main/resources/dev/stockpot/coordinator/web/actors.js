// The actors by their roles: what waits, how long, how fast; and what carries their messages.

import { el } from "./dom.js";
import { brief, bytes, count, duration } from "./format.js";
import { Facts, Pill, section, Tile } from "./parts.js";
import { Table } from "./table.js";

const LONG_MAILBOX = 1_000;

export class Actors {
  static title = "Actors";
  view = "/v1/views/actors";
  tiles = { messages: new Tile("Messages"), waiting: new Tile("Waiting"), dead: new Tile("Dead letters"), restarts: new Tile("Restarts") };
  roles = new Table("Actors by role", [
    { title: "Role", fit: "short", text: (role) => role.name, sort: (role) => role.name },
    { title: "Messages/s", fit: "number", text: (role) => brief(role.messages), sort: (role) => role.messages },
    { title: "Mailbox", fit: "number", text: (role) => (role.mailbox >= LONG_MAILBOX ? "⚠ " : "") + count(role.mailbox), sort: (role) => role.mailbox },
    { title: "Waiting p50", fit: "number", text: (role) => duration(role.waitingP50), sort: (role) => role.waitingP50 },
    { title: "p99", fit: "number", text: (role) => duration(role.waitingP99), sort: (role) => role.waitingP99 },
    { title: "Processing p50", fit: "number", text: (role) => duration(role.processingP50), sort: (role) => role.processingP50 },
    { title: "p99", fit: "number", text: (role) => duration(role.processingP99), sort: (role) => role.processingP99 },
    { title: "Processed", fit: "number", text: (role) => count(role.processed), sort: (role) => role.processed },
    { title: "Failures", fit: "number", text: (role) => count(role.failures), sort: (role) => role.failures },
    { title: "Restarts", fit: "number", text: (role) => count(role.restarts), sort: (role) => role.restarts },
    { title: "Stashed", fit: "number", text: (role) => count(role.stashed), sort: (role) => role.stashed },
  ], { empty: "Nothing is measured yet." });
  members = new Table("Members of the cluster", [
    { title: "Address", text: (member) => member.address, sort: (member) => member.address },
    { title: "Status", fit: "short", draw: drawStatus, sort: (member) => member.status },
    { title: "Roles", text: (member) => [member.roles ?? []].flat().join(", ") },
    { title: "Reachable", fit: "short", text: (member) => (member.reachable ? "yes" : "✖ no"), sort: (member) => Number(member.reachable) },
    { title: "Phi", fit: "number", text: (member) => brief(member.phi), sort: (member) => member.phi },
  ], { empty: "This node is in no cluster." });
  remoting = new Facts();
  journal = new Facts();

  constructor() {
    this.element = el("div", {},
      el("div", { class: "tiles" }, Object.values(this.tiles).map((tile) => tile.element)),
      section("By role", this.roles.element),
      el("p", { class: "note" }, "Mailbox: messages that wait now. Waiting: how long they waited. p50: half took less; p99: all but one in a hundred."),
      el("div", { class: "columns" }, section("Messages to other nodes", this.remoting.element), section("Journal", this.journal.element)),
      section("Cluster", this.members.element));
  }

  draw(rows, changes) {
    if (changes.has("role", "system")) this.drawRoles(rows);
    if (changes.has("member")) this.members.set([...rows.group("member")].map(([address, member]) => ({ address, ...member })));
    if (changes.has("remoting")) drawFacts(this.remoting, rows.one("remoting"));
    if (changes.has("journal")) drawFacts(this.journal, rows.one("journal"));
  }

  drawRoles(rows) {
    const roles = [...rows.group("role")].map(([name, role]) => ({ name, ...role })).sort((a, b) => b.messages - a.messages);
    const sum = (name) => roles.reduce((all, role) => all + (role[name] ?? 0), 0);
    const system = rows.one("system") ?? {};
    this.roles.set(roles);
    this.tiles.messages.set(`${brief(sum("messages"))}/s`, `${count(sum("processed"))} processed`);
    this.tiles.waiting.set(count(sum("mailbox")), "in all mailboxes");
    this.tiles.dead.set(count(system.deadLetters), `${count(system.unhandled)} unhandled`);
    this.tiles.restarts.set(count(sum("restarts")), `${count(sum("failures"))} failures`);
  }
}

/** Figures by their names: times end in a percentile or in Seconds, sizes in Bytes. */
function drawFacts(facts, row) {
  for (const [name, value] of Object.entries(row ?? {})) facts.set(worded(name), figure(name, value));
}

const worded = (name) => {
  const spaced = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced[0].toUpperCase() + spaced.slice(1);
};

function figure(name, value) {
  if (value === null || typeof value !== "number") return value === null ? "–" : String(value);
  if (/P\d+$|Seconds$/.test(name)) return duration(value);
  return /Bytes$/.test(name) ? bytes(value) : count(value);
}

function drawStatus(cell, member) {
  cell.pill ??= new Pill();
  if (!cell.firstChild) cell.append(cell.pill.element);
  cell.pill.set(String(member.status).toLowerCase());
}
