// The clinic as an anywidget. "Step through it" shows the explorer that Python made, below it in the same cell.
import { mount } from "./app.js";
import { mountClinic } from "./clinic.js";

const clinicModel = (model) => ({
  live: true, get: (name) => model.get(name), set: (name, value) => model.set(name, value),
  save: () => model.save_changes(),
  on(name, listener) {
    model.on(`change:${name}`, listener);
    return () => model.off(`change:${name}`, listener);
  },
});

function render({ model, el }) {
  return mountClinic(el, clinicModel(model), async (name, place) =>
    mount(place, clinicModel(await model.widget_manager.get_model(name))));
}

export default { render };
