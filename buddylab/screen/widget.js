// buddylab explorer: draws one recorded run of __alloc_pages() (Linux 2.6.21), as an anywidget.
//
// Python records the run and says everything that is said; this module applies the recorded changes and draws.
// It never computes a mark, a row of a test or a verdict.
import { mount } from "./app.js";

/** @param {{ model: any, el: HTMLElement }} widget */
function render({ model, el }) {
  return mount(el, {
    live: true, get: (/** @type {string} */ name) => model.get(name), save: () => model.save_changes(),
    set: (/** @type {string} */ name, /** @type {any} */ value) => model.set(name, value),
    /** @param {string} name @param {() => void} listener */
    on(name, listener) {
      model.on(`change:${name}`, listener);
      return () => model.off(`change:${name}`, listener);
    },
  });
}

export default { render };
