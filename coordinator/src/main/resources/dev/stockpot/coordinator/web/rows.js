// What a view shows: rows by their keys, as the coordinator sends them.

/** Keys are GROUP or GROUP/REST; a key without a rest stands in its group under "". */
function split(key) {
  const slash = key.indexOf("/");
  return slash < 0 ? [key, ""] : [key.slice(0, slash), key.slice(slash + 1)];
}

const EMPTY = new Map();

/** Which rows changed since they were drawn. */
class Changes {
  reset = true;
  groups = new Map();

  has(...names) {
    return this.reset || names.some((name) => this.groups.has(name));
  }

  /** Rests of the keys that changed, gone ones included. */
  of(group) {
    return this.groups.get(group) ?? EMPTY.keys();
  }
}

export class Rows {
  epoch = null;
  version = 0;
  groups = new Map();
  changes = new Changes();

  apply({ epoch, version, reset, rows }) {
    if (reset || epoch !== this.epoch) {
      this.groups.clear();
      this.changes = new Changes();
    }
    this.epoch = epoch;
    this.version = version;
    for (const key in rows) this.put(key, rows[key]);
  }

  put(key, value) {
    const [group, rest] = split(key);
    let rows = this.groups.get(group);
    if (!rows) this.groups.set(group, (rows = new Map()));
    if (value === null) rows.delete(rest);
    else rows.set(rest, value);
    let changed = this.changes.groups.get(group);
    if (!changed) this.changes.groups.set(group, (changed = new Set()));
    changed.add(rest);
  }

  one(group) {
    return this.groups.get(group)?.get("");
  }

  group(name) {
    return this.groups.get(name) ?? EMPTY;
  }

  list(name) {
    return [...this.group(name).values()];
  }

  /** Values of a group whose rests are numbers, in their order. */
  series(name) {
    return [...this.group(name)].map(([rest, value]) => [Number(rest), value])
      .sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
  }

  /** What changed since this was asked last. */
  take() {
    const changes = this.changes;
    this.changes = new Changes();
    this.changes.reset = false;
    return changes;
  }
}
