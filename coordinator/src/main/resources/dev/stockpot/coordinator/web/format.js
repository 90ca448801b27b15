// Numbers, times and text of others, as they are shown.

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const escaped = (character) => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");

/** Text of others in one line: what could hide or turn it round is shown as an escape. */
export const plain = (value) => String(value).replace(HIDDEN, escaped);

/** The same for text that may have lines. */
export const prose = (value) =>
  String(value).replace(HIDDEN, (character) => (character === "\n" ? "\n" : escaped(character)));

export function bytes(count) {
  if (count === null || count === undefined) return "–";
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(value >= 9.995 ? 1 : 2)} ${UNITS[unit]}`;
}

export const rate = (perSecond) =>
  perSecond === null || perSecond === undefined ? "–" : `${bytes(perSecond)}/s`;

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
export const count = (value) => (value === null || value === undefined ? "–" : COUNT.format(value));

export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** To the byte, for whoever points at a figure. */
export const exact = (value) => plural(value, "byte");

export const share = (part, whole) => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0);

/** Rounded down, so that 100 % is the whole. */
export const percent = (fraction) => `${Math.floor(fraction * 100 + 1e-9)} %`;

export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 1) return seconds <= 0 ? "0 s" : small(seconds);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

function small(seconds) {
  if (seconds >= 0.001) return `${trimmed(seconds * 1e3)} ms`;
  return seconds >= 1e-6 ? `${trimmed(seconds * 1e6)} µs` : `${trimmed(seconds * 1e9)} ns`;
}

const trimmed = (value) => (value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2)));

const pad = (value) => String(value).padStart(2, "0");

/** Time of day; with the date where that is another day than today. */
export function clock(time) {
  if (time === null || time === undefined) return "–";
  const date = new Date(time);
  const day = date.toDateString() === new Date().toDateString()
    ? "" : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} `;
  return `${day}${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

export const millis = (time) => (typeof time === "number" ? time : Date.parse(time));

export const decimal = (value, digits = 2) =>
  value === null || value === undefined ? "–" : Number(value).toFixed(digits);

/** How long a job still takes; of its first hundredth nobody can say. */
export const left = ({ remaining, progress }) =>
  remaining === null || remaining === undefined || share(progress.doneBytes, progress.bytes) < 0.01
    ? "" : `about ${duration(remaining)} left`;

/** Numbers of any size in a few characters. */
export const brief = (value) =>
  value === null || value === undefined ? "–"
    : Math.abs(value) >= 1000 ? COUNT.format(value) : String(Number(Number(value).toPrecision(3)));
