// What each device did when, indexed for drawing: cells of a job's rows by device and bucket.

export const READ = 3;
export const MERGE = 4;
export const WRITE = 5;
export const LEASED = 6;

export class Lanes {
  span = null;
  names = [];
  cells = new Map();
  marks = [];
  /** Where the time that is shown ends. */
  until = 0;
  buckets = 0;
  info = new Map();

  /** Takes over what changed in the rows. */
  update(rows, changes) {
    if (changes.reset) this.cells.clear();
    this.span = rows.one("span") ?? null;
    const changed = changes.reset ? rows.group("cell").keys() : changes.of("cell");
    for (const key of changed) this.cell(key, rows.group("cell").get(key));
    if (changes.has("lane")) {
      this.info = rows.group("lane");
      this.names = [...this.info.keys()].sort(byNumber.compare);
    }
    if (changes.has("mark")) this.marks = rows.series("mark");
    this.until = this.span ? this.end() : 0;
    this.buckets = this.span ? Math.max(1, Math.ceil((this.until - this.span.from) / this.span.step)) : 0;
  }

  cell(key, value) {
    const slash = key.indexOf("/");
    const bucket = Number(key.slice(0, slash));
    const name = key.slice(slash + 1);
    let lane = this.cells.get(name);
    if (!lane) this.cells.set(name, (lane = new Map()));
    if (value) lane.set(bucket, value);
    else lane.delete(bucket);
  }

  /** The end of the last bucket: that of the job, or of what was told last. */
  end() {
    const { from, to, step } = this.span;
    if (to) return Math.max(to, from + 1);
    let last = 0;
    for (const lane of this.cells.values()) for (const bucket of lane.keys()) if (bucket > last) last = bucket;
    const told = this.marks.length > 0 ? this.marks[this.marks.length - 1].t : from;
    return Math.max(from + (last + 1) * step, told);
  }

  bucketOf(time) {
    return Math.min(this.buckets - 1, Math.max(0, Math.floor((time - this.span.from) / this.span.step)));
  }

  startOf(bucket) {
    return this.span.from + bucket * this.span.step;
  }

  /** Most thread-time of a bucket of this device, for the height of its bars; never less than one thread's. */
  peak(name) {
    let most = this.span.step * 1e6;
    for (const cell of this.cells.get(name)?.values() ?? []) {
      most = Math.max(most, cell[READ] + cell[MERGE] + cell[WRITE]);
    }
    return most;
  }

  /** The part of the time in which a device held work. */
  busy(name) {
    return Math.min(1, (this.info.get(name)?.leased ?? 0) / 1e6 / Math.max(1, this.until - this.span.from));
  }

  marksIn(bucket, name) {
    const [from, to] = [this.startOf(bucket), this.startOf(bucket + 1)];
    return this.marks.filter((mark) => mark.t >= from && mark.t < to && (!name || !mark.worker || mark.worker === name));
  }
}

const byNumber = new Intl.Collator("en", { numeric: true });
