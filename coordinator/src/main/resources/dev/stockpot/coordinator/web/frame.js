// What is around every page: where one can go, who one is, and whether the coordinator is heard.

import { el, show, text } from "./dom.js";
import { duration } from "./format.js";
import { themeSwitch } from "./palette.js";
import { link } from "./place.js";

const PAGES = [["overview", "Overview"], ["jobs", "Jobs"], ["workers", "Workers"], ["actors", "Actors"]];

export class Frame {
  /** @param onLogout is told when somebody wants to leave */
  constructor(onLogout) {
    this.links = new Map(PAGES.map(([page, name]) => [page, el("a", { href: link(page) }, name)]));
    this.user = el("span", { class: "note" });
    this.logout = el("button", { type: "button", class: "quiet", onclick: onLogout }, "Log out");
    // The age changes every second, which nobody wants read aloud.
    this.age = el("span", { "aria-hidden": "true" });
    this.lost = el("span", { role: "status" });
    this.banner = el("p", { class: "banner", hidden: true }, this.lost, this.age);
    this.main = el("main", { id: "main", tabindex: -1 });
    this.nav = el("nav", { "aria-label": "Pages" }, [...this.links.values()]);
    this.skip = el("a", { href: "#main", class: "skip", onclick: (event) => { event.preventDefault(); this.main.focus(); } }, "Skip to the content");
    this.header = el("header", {}, el("a", { href: link("overview"), class: "brand" }, "Stockpot"), this.nav,
      el("div", { class: "who" }, this.user, this.logout, themeSwitch()), this.banner);
    document.body.append(this.skip, this.header, this.main);
  }

  whose(session) {
    show(this.nav, Boolean(session));
    show(this.logout, Boolean(session));
    text(this.user, session ? session.name + (session.readOnly ? " (read-only)" : "") : "");
  }

  put(page, title, current) {
    for (const [name, anchor] of this.links) {
      if (name === current) anchor.setAttribute("aria-current", "page");
      else anchor.removeAttribute("aria-current");
    }
    document.title = `${title} · Stockpot`;
    this.main.replaceChildren(page.element);
  }

  /** @param lostAt since when nothing is heard; null while all is well */
  connection(lostAt) {
    show(this.banner, lostAt !== null);
    text(this.lost, lostAt === null ? "" : "Connection lost, trying again.");
    if (lostAt !== null) text(this.age, ` What is shown is ${duration(Math.max(0, Math.round((Date.now() - lostAt) / 1000)))} old.`);
  }
}
