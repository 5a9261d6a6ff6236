// How many pixels and tiles stand for how many pages.
/** @import { Zone } from "./document" */

/** Scale of a tank: floor for the reserve, linear near the marks, then a cut. {y(pages), floor, cut or null}.
 *  @param {Zone} zone @param {number} reserve @param {number} [top] @param {number} [bottom] */
export function tankScale(zone, reserve, top = 6, bottom = 136) {
  const floor = bottom - (reserve ? 30 : 0), reach = Math.max(1, 1.65 * zone.pages_high), linear = 68, tear = 4;
  const above = zone.present_pages - reserve, cut = above > reach ? floor - linear : null;
  /** @param {number} pages */
  const y = (pages) => {
    const over = pages - reserve;
    if (over < 0) return bottom - ((bottom - floor) * Math.max(0, pages)) / reserve;
    if (cut === null) return Math.max(top, floor - (over / Math.max(above, reach)) * (floor - top));
    if (over <= reach) return floor - (over / reach) * linear;
    return Math.max(top, cut - tear - ((over - reach) / (above - reach)) * (cut - tear - top));
  };
  return { y, floor, cut, tear };
}

/** How many tiles stand for a list: all up to 5, then slowly more; the second lowest is then the tear.
 *  @param {number} count */
export function tileCount(count) {
  return count <= 5 ? count : 5 + Math.max(1, Math.round(Math.log10(count / 5) * 1.5));
}
