// The keyboard: only inside the widget, only plain keys, native controls keep theirs; help.js lists them.

/** What the keys of the whole screen do, {key: [word, action]}. */
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

const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key !== "?"));
const takesBack = (event) => (event.ctrlKey || event.metaKey) && event.key === "z";
/** Fields that take every key, and controls that move by the keys with a name. */
const takesKey = ({ key, target }) => target.closest("input[type=text], select, textarea")
  || (key.length > 1 && target.closest("input:not(.scrub, [type=checkbox])"))
  || (key === " " && target.closest("button, [role=button], input:not(.scrub)"))
  || (key !== "?" && target.closest("dialog"));

/** Listen; gives what stops it. */
export function listenToKeys(app, acts) {
  const { root } = app;
  /** The action of a key, or null where it is none of ours. */
  function actOf(event) {
    if (takesBack(event) && !event.target.matches("input[type=text]") && app.knobs?.hand?.length && app.hand.on) return app.hand.undo;
    const [, act] = acts[event.key] ?? [];
    return act && app.run && plain(event) && !takesKey(event) ? act : null;
  }
  function onKey(event) {
    const act = actOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
  // JupyterLab listens at the document, before us, and asks the focused node itself for this attribute: plain keys
  // (arrows, letters such as x = cut the cell) are kept from its commands; Ctrl+S, Shift+Enter and Escape go on to it,
  // but for the Escape that closes the list of keys.
  function shield(event) {
    if (!root.contains(event.target)) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", takesBack(event) || (plain(event)
      && (event.key !== "Escape" || Boolean(event.target.closest("dialog")))));
  }
  root.addEventListener("keydown", onKey);
  window.addEventListener("keydown", shield, true);
  return () => window.removeEventListener("keydown", shield, true);
}
