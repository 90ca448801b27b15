// The dashboard: who looks at it, which page is shown, and the stream that feeds it.

import { Actors } from "./actors.js";
import { ask } from "./api.js";
import { el } from "./dom.js";
import { Frame } from "./frame.js";
import { JobPage } from "./job.js";
import { JobList } from "./jobs.js";
import { Login } from "./login.js";
import { Overview } from "./overview.js";
import { empty } from "./parts.js";
import { link, parse, Place } from "./place.js";
import { Rows } from "./rows.js";
import { Standby } from "./standby.js";
import { Stream } from "./stream.js";
import { Workers } from "./workers.js";

const PAGES = { overview: Overview, jobs: JobList, workers: Workers, actors: Actors };
const STANDBY_WAIT = 1_500;

class Dashboard {
  session = null;
  page = null;
  stream = null;
  shown = null;

  constructor() {
    this.frame = new Frame(() => this.logout());
    addEventListener("hashchange", () => this.onAddress());
  }

  async start() {
    const handed = new URLSearchParams(location.hash.slice(1)).get("token");
    if (handed) {
      history.replaceState(null, "", link("overview"));
      await ask("POST", "/v1/session", { token: handed }).catch(() => {});
    }
    await this.enter();
  }

  /** Finds out who looks, and shows them what they asked for. */
  async enter(said = "") {
    clearTimeout(this.again);
    try {
      this.session = await ask("GET", "/v1/session");
    } catch (refusal) {
      this.session = null;
      if (refusal.status === 401) this.showLogin(said);
      else await this.wait(refusal);
      return;
    }
    this.frame.connection(null);
    this.frame.whose(this.session);
    this.open();
  }

  showLogin(said) {
    this.frame.connection(null);
    this.frame.whose(null);
    const login = new Login(() => this.enter(), said);
    this.place(login, Login.title, null);
    login.token.focus();
  }

  /** The coordinator stands by, or does not answer: asks again until that has changed. */
  async wait(refusal) {
    this.frame.whose(null);
    const health = await ask("GET", "/v1/health").catch(() => null);
    if (health?.status === "standby") {
      this.lostAt = null;
      if (!(this.page instanceof Standby)) this.place(new Standby(), Standby.title, null);
      this.page.set(health.active);
    } else {
      this.lostAt ??= Date.now();
      const element = empty(el("h1", {}, "The coordinator does not answer"), el("p", {}, refusal.message));
      if (this.page === null) this.place({ element }, "Waiting", null);
    }
    this.frame.connection(this.lostAt);
    this.again = setTimeout(() => this.enter(), STANDBY_WAIT);
  }

  onAddress() {
    if (!this.session) return;
    const { page, id } = parse(location.hash);
    if (`${page}/${id}` !== this.shown) this.open();
  }

  open() {
    this.lostAt = null;
    const place = new Place(location.hash);
    this.shown = `${place.page}/${place.id}`;
    const context = { place, session: this.session };
    if (place.page === "job" && place.id) {
      this.follow(new JobPage(context), place.id, "jobs");
    } else if (PAGES[place.page]) {
      const Page = PAGES[place.page];
      const page = new Page(context);
      page.element.prepend(el("h1", {}, Page.title));
      this.follow(page, Page.title, place.page);
    } else {
      const element = empty(el("h1", {}, "There is no such page"),
        el("p", {}, el("a", { href: link("overview") }, "To the overview")));
      this.place({ element }, "No such page", null);
    }
  }

  /** Shows a page and draws it from its stream, at most once in each frame of the screen. */
  follow(page, title, current) {
    this.place(page, title, current);
    const rows = new Rows();
    let asked = false;
    const draw = () => {
      asked = false;
      if (this.page === page) page.draw(rows, rows.take());
    };
    this.stream = new Stream(`${page.view}/events`, rows, {
      rows: (message) => {
        rows.apply(message);
        if (!asked) requestAnimationFrame(draw);
        asked = true;
      },
      state: (lostAt) => this.frame.connection(lostAt),
      refused: () => this.refused(page),
    });
  }

  /** No stream for this page: finds out why. */
  async refused(page) {
    try {
      await ask("GET", page.view);
    } catch (refusal) {
      if (this.page !== page) return;
      if (refusal.status === 401) await this.enter("You are logged out.");
      else if (refusal.status === 404) this.missing(refusal);
      else if (refusal.status === 503) await this.passOn();
    }
  }

  /** It may stand by now: then this page says who coordinates. */
  async passOn() {
    const health = await ask("GET", "/v1/health").catch(() => null);
    if (health?.status === "standby") await this.enter();
  }

  missing(refusal) {
    const element = empty(el("h1", {}, "Not found"), el("p", {}, refusal.message),
      el("p", {}, el("a", { href: link("jobs") }, "All jobs")));
    this.place({ element }, "Not found", "jobs");
    this.frame.connection(null);
  }

  place(page, title, current) {
    this.stream?.close();
    this.stream = null;
    this.page?.close?.();
    this.page = page;
    this.frame.put(page, title, current);
  }

  async logout() {
    await ask("DELETE", "/v1/session").catch(() => {});
    this.session = null;
    await this.enter();
  }
}

new Dashboard().start();
