// The keyboard: only inside the widget, only plain keys, native controls keep theirs; help.js lists them.
/** @import { App } from "./types" */

/** What the keys of the whole screen do, {key: [word, action]}.
 *  @param {App} app @param {() => void} show @returns {Record<string, [string, () => void]>} */
export function keysOf(app, show) {
  const last = () => app.run.rows.length - 1;
  return { ArrowRight: ["keyForward", () => app.moves.step(1)], ArrowLeft: ["keyBack", () => app.moves.step(-1)],
    Home: ["keyFirst", () => app.moves.go(0, { settle: true })],
    End: ["keyLast", () => app.moves.go(last(), { settle: true })], " ": ["keyPlay", () => app.moves.play()],
    n: ["nextNoName", () => app.moves.nextRefusal()],
    l: ["keyLoop", () => { app.film.loop = !app.film.loop; show(); }],
    ...(app.piece ? {} : { t: ["keyTranscript", () => app.acts.toggleTranscript()] }),
    "?": ["keyHelp", () => app.acts.toggleHelp()] };
}

/** @param {KeyboardEvent} event */
const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key !== "?"));
/** @param {KeyboardEvent} event */
const takesBack = (event) => (event.ctrlKey || event.metaKey) && event.key === "z";
/** Fields that take every key, and controls that move by the keys with a name.
 *  @param {KeyboardEvent} event @param {Element} target */
const takesKey = ({ key }, target) => target.closest("input[type=text], select, textarea")
  || (key.length > 1 && target.closest("input:not(.scrub, [type=checkbox])"))
  || (key === " " && target.closest("button, [role=button], input:not(.scrub)"))
  || (key !== "?" && target.closest("dialog"));

/** Listen; gives what stops it. @param {App} app @param {Record<string, [string, () => void]>} acts */
export function listenToKeys(app, acts) {
  const { root } = app;
  /** The action of a key, or null where it is none of ours. @param {KeyboardEvent} event @param {Element} target */
  function actOf(event, target) {
    const typed = target.matches("input[type=text]");
    if (takesBack(event) && !typed && app.knobs?.hand?.length && app.hand.on) return app.hand.undo;
    const act = event.key in acts ? acts[event.key][1] : null;
    return act && app.run && plain(event) && !takesKey(event, target) ? act : null;
  }
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const act = event.target instanceof Element && actOf(event, event.target);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
  // JupyterLab listens at the document, before us, and asks the focused node itself for this attribute: plain keys
  // (arrows, letters such as x = cut the cell) are kept from its commands; Ctrl+S, Shift+Enter and Escape go on to it,
  // but for the Escape that closes the list of keys.
  /** @param {KeyboardEvent} event */
  function shield(event) {
    const { target } = event;
    if (!(target instanceof Element) || !root.contains(target)) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", takesBack(event) || (plain(event)
      && (event.key !== "Escape" || Boolean(target.closest("dialog")))));
  }
  root.addEventListener("keydown", onKey);
  window.addEventListener("keydown", shield, true);
  return () => window.removeEventListener("keydown", shield, true);
}
