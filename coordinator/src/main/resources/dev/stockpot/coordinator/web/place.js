// The address's fragment, such as #/job/night-1?at=1767323045678&filter=failed: the page, and what is looked at there.

export function parse(fragment) {
  const [path, query] = fragment.replace(/^#/, "").split("?", 2);
  const [page, ...rest] = path.split("/").filter((part) => part !== "");
  return { page: page ?? "overview", id: decode(rest.join("/")), asked: new URLSearchParams(query ?? "") };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function link(page, id = "", asked = {}) {
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
  return `#/${page}${id ? `/${encodeURIComponent(id)}` : ""}${query ? `?${query}` : ""}`;
}

/** What is looked at on the page that is shown, kept in the address so that it can be shared. */
export class Place {
  constructor(fragment) {
    Object.assign(this, parse(fragment));
  }

  get(name) {
    return this.asked.get(name) ?? "";
  }

  set(name, value) {
    if (value) this.asked.set(name, value);
    else this.asked.delete(name);
    history.replaceState(null, "", link(this.page, this.id, Object.fromEntries(this.asked)));
  }
}
