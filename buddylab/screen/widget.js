// buddylab explorer: draws one recorded run of __alloc_pages() (Linux 2.6.21), as an anywidget.
//
// Python records the run and says everything that is said; this module applies the recorded changes and draws.
// It never computes a mark, a row of a test or a verdict.
import { mount } from "./app.js";

function render({ model, el }) {
  return mount(el, {
    live: true, get: (name) => model.get(name), set: (name, value) => model.set(name, value),
      save: () => model.save_changes(),
    on(name, listener) {
      model.on(`change:${name}`, listener);
      return () => model.off(`change:${name}`, listener);
    },
  });
}

export default { render };
