// Elements. Text goes in as text only, and no style as an attribute, which the pages' policy forbids.

import { plain } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.setAttribute("class", value);
    else node.setAttribute(name, value === true ? "" : typeof value === "number" ? value : plain(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) {
      node.append(child instanceof Node ? child : document.createTextNode(plain(child)));
    }
  }
  return node;
}

export const el = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);

export const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

/** Sets the text of a node, and touches the page only where it changes. */
export function text(node, value) {
  const shown = plain(value);
  if (node.textContent !== shown) node.textContent = shown;
  return node;
}

/** What is told to whoever points at a node. */
export function hint(node, value) {
  const told = plain(value);
  if (node.title !== told) node.title = told;
  return node;
}

export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
  return node;
}

/**
 * Makes the children of a node be those of the items, in order. A child is made once for each key
 * and updated in place after that, so that what has the focus keeps it.
 */
export function keep(parent, items, keyOf, make, update) {
  const known = parent.kept ?? (parent.kept = new Map());
  const wanted = new Set();
  let at = parent.firstChild;
  for (const item of items) {
    const key = keyOf(item);
    wanted.add(key);
    let child = known.get(key);
    if (!child) {
      child = make(item);
      known.set(key, child);
    }
    if (child === at) at = at.nextSibling;
    else parent.insertBefore(child, at);
    update?.(child, item);
  }
  for (const [key, child] of known) {
    if (!wanted.has(key)) {
      child.remove();
      known.delete(key);
    }
  }
}
