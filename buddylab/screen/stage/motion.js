// How a movement runs from 0 to 1, and numbers as they are read.

/** @param {number} x @param {number} [low] @param {number} [high] */
export const within = (x, low = 0, high = 1) => Math.max(low, Math.min(high, x));
/** Slow, quick, slow. @param {number} t */
export const eased = (t) => (t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2);
/** Where a part of the movement, from one moment to another, has got to. @param {number} t @param {number} from
 *  @param {number} to */
export const part = (t, from, to) => eased(within((t - from) / (to - from)));
/** @param {number} a @param {number} b @param {number} t */
export const between = (a, b, t) => a + (b - a) * t;
/** Out and back again, for a lift on the way. @param {number} t */
export const arc = (t) => Math.sin(within(t) * Math.PI);

const COMMAS = new Intl.NumberFormat("en-US");
/** 70053 -> "70,053", with a true minus sign. @param {number} value */
export const spoken = (value) => COMMAS.format(value).replace("-", "−");
/** A number in little room: 9,999 as it is, then 44.6k, 1.2M. @param {number} value */
export function brief(value) {
  if (Math.abs(value) < 10_000) return spoken(value);
  const [unit, name] = Math.abs(value) < 1_000_000 ? [1000, "k"] : [1_000_000, "M"];
  const share = value / unit;
  return `${share >= 100 ? Math.round(share) : Math.round(share * 10) / 10}${name}`;
}
/** 4 kB, 4 MB: the size of a block. @param {number} order */
export const sizeOf = (order) => (order < 8 ? `${4 << order} kB` : `${(4 << order) / 1024} MB`);
