// A line to filter by, kept in the address.

import { el } from "./dom.js";

export class Filter {
  constructor(place, label, onChange, name = "filter") {
    this.input = el("input", { type: "search", placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "false" });
    this.input.value = place.get(name);
    this.words = split(this.input.value);
    this.input.addEventListener("input", () => {
      place.set(name, this.input.value);
      this.words = split(this.input.value);
      onChange();
    });
    this.element = el("p", { class: "filter" }, this.input);
  }

  /** Whether every word that was asked for stands in one of these. */
  matches(...texts) {
    if (this.words.length === 0) return true;
    const all = texts.filter(Boolean).join("\n").toLowerCase();
    return this.words.every((word) => all.includes(word));
  }
}

const split = (text) => text.toLowerCase().split(/\s+/).filter((word) => word !== "");
