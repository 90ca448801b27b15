// A canvas as large as its place, sharp on any screen, drawn anew when the colours change.

import { el } from "./dom.js";
import { onTheme } from "./palette.js";

export class Picture {
  width = 0;

  /** @param draw (context, width, height), in CSS pixels; called when size or colours change, too */
  constructor(label, height, draw) {
    this.height = height;
    this.paint = draw;
    this.element = el("canvas", { role: "img", "aria-label": label });
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
    this.offTheme = onTheme(() => this.draw());
  }

  label(text) {
    if (this.element.getAttribute("aria-label") !== text) this.element.setAttribute("aria-label", text);
  }

  draw() {
    const width = this.element.clientWidth;
    if (width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(this.height * ratio)];
    if (this.element.width !== w || this.element.height !== h) {
      this.element.width = w;
      this.element.height = h;
      this.element.style.height = `${this.height}px`;
    }
    const context = this.element.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, this.height);
    this.width = width;
    this.paint(context, width, this.height);
  }

  close() {
    this.observer.disconnect();
    this.offTheme();
  }
}
