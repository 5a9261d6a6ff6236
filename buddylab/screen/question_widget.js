// A question of the course, as an anywidget: Python asks and judges, this draws.
import { mountQuestion } from "./question.js";

function render({ model, el }) {
  return mountQuestion(el, {
    get: (name) => model.get(name), set: (name, value) => model.set(name, value), save: () => model.save_changes(),
    on(name, listener) {
      model.on(`change:${name}`, listener);
      return () => model.off(`change:${name}`, listener);
    },
  });
}

export default { render };
