// Light and dark: the switch, and the style sheet's colours for pictures.

import { el } from "./dom.js";

const THEMES = ["system", "light", "dark"];
const LABELS = { system: "◐ System", light: "☀ Light", dark: "☾ Dark" };
const listeners = new Set();
let colours = {};

function stored() {
  try {
    return localStorage.getItem("stockpot-theme") ?? "system";
  } catch {
    return "system";
  }
}

function use(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  colours = {};
  for (const listener of listeners) listener();
}

/** A colour of the style sheet, as it is at the moment. */
export function colour(name) {
  if (!colours[name]) {
    const probe = el("span", { hidden: true });
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    colours[name] = getComputedStyle(probe).color;
    probe.remove();
  }
  return colours[name];
}

/** Tells when pictures must be drawn in other colours; gives back how to stop that. */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function themeSwitch() {
  let theme = THEMES.includes(stored()) ? stored() : "system";
  const button = el("button", { type: "button", class: "quiet" });
  const label = () => {
    button.textContent = LABELS[theme];
    button.setAttribute("aria-label", `Colours: ${theme}. Change`);
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    try {
      localStorage.setItem("stockpot-theme", theme);
    } catch {
      // A browser that keeps nothing starts with the system's colours again.
    }
    label();
    use(theme);
  });
  label();
  use(theme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => use(theme));
  return button;
}
