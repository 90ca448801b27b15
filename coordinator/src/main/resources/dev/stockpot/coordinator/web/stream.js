// One stream of rows from the coordinator, which comes back after whatever broke it.

/** A stream that is this quiet is dead: its heart beats every five seconds. */
const QUIET = 16_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 4_000;

/** Follows a view for as long as the page is visible. */
export class Stream {
  source = null;
  lostAt = null;
  wait = FIRST_WAIT;
  heard = 0;
  beats = false;
  closed = false;

  /**
   * @param url of the stream
   * @param rows what has come so far, to ask for no more than what is new
   * @param listener rows(message), state(lostAt or null), and refused(), when the coordinator
   *     answers and gives no stream
   */
  constructor(url, rows, listener) {
    this.url = url;
    this.rows = rows;
    this.listener = listener;
    this.onVisibility = () => (document.hidden ? this.stop() : this.start());
    document.addEventListener("visibilitychange", this.onVisibility);
    this.watch = setInterval(() => this.check(), 1_000);
    if (!document.hidden) this.start();
  }

  start() {
    if (this.closed || this.source) return;
    clearTimeout(this.again);
    const from = this.rows.epoch === null ? "" : `?after=${encodeURIComponent(`${this.rows.epoch}.${this.rows.version}`)}`;
    const source = new EventSource(this.url + from);
    this.source = source;
    this.heard = Date.now();
    source.addEventListener("rows", (event) => this.live(source, true) && this.listener.rows(JSON.parse(event.data)));
    source.addEventListener("beat", () => (this.beats = this.live(source, true)));
    source.addEventListener("open", () => this.live(source, false));
    source.addEventListener("error", () => this.source === source && this.lost(source.readyState === EventSource.CLOSED));
  }

  /** @param told whether anything came: a stream that opens and ends at once is not asked for in a hurry */
  live(source, told) {
    if (this.source !== source) return false;
    this.heard = Date.now();
    if (told) this.wait = FIRST_WAIT;
    if (this.lostAt !== null) {
      this.lostAt = null;
      this.listener.state(null);
    }
    return true;
  }

  lost(refused) {
    this.stop();
    if (this.lostAt === null) this.lostAt = Date.now();
    this.listener.state(this.lostAt);
    if (refused) this.listener.refused();
    this.again = setTimeout(() => this.start(), this.wait);
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
  }

  /** A machine that slept, or a network that is gone without a word. */
  check() {
    if (this.source && this.beats && Date.now() - this.heard > QUIET) this.lost(false);
    else if (this.lostAt !== null) this.listener.state(this.lostAt);
  }

  stop() {
    clearTimeout(this.again);
    this.source?.close();
    this.source = null;
  }

  close() {
    this.closed = true;
    this.stop();
    clearInterval(this.watch);
    document.removeEventListener("visibilitychange", this.onVisibility);
  }
}
