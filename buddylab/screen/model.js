// A model without Python behind it.

/**
 * Traits in, knobs locked: what a page of its own shows.
 * @param {Record<string, any>} traits
 * @returns {import("./types").Model}
 */
export function staticModel(traits) {
  /** @type {Record<string, any>} */
  const values = { ...traits };
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map();
  return {
    live: false, get: (name) => values[name], save() {},
    set(name, value) {
      values[name] = value;
      for (const listener of listeners.get(name) ?? []) listener();
    },
    on(name, listener) {
      const those = listeners.get(name) ?? new Set();
      listeners.set(name, those.add(listener));
      return () => those.delete(listener);
    },
  };
}
