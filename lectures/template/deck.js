// Starts a deck: what Reveal may take for a slide, how large what stands on a slide may be, light or dark.
require(["vendor/reveal/dist/reveal.js", "vendor/reveal/plugin/notes/notes.js"], (Reveal, Notes) => {
  // Reveal takes every section below these for a slide, and the widgets have sections of their own.
  for (const node of document.querySelectorAll(".reveal, .slides, .slides > section, .slides > section > section")) {
    const all = node.querySelectorAll.bind(node), isPanel = (found) => found.matches("section") && found.closest(".bl");
    node.querySelectorAll = (selector) => [...all(selector)].filter((found) => !isPanel(found));
  }

  // Widgets and pictures grow until the slide is full; what is too high or too wide is made smaller as a whole.
  const GROWS = ".bl:not(:has(.quiz)), .jp-RenderedImage img", LARGEST = 2.2, SMALLEST = 0.5, STEPS = 7;
  const fits = (slide) => slide.scrollHeight <= slide.clientHeight + 1 && slide.scrollWidth <= slide.clientWidth + 1;
  function largest(slide, least, most, set) {
    set(most);
    if (fits(slide)) return;
    for (let step = 0; step < STEPS; step += 1) {
      const middle = (least + most) / 2;
      set(middle);
      if (fits(slide)) least = middle;
      else most = middle;
    }
    set(least);
  }
  /** A line of code or output is not broken if type that can still be read holds it. */
  function fitLines(slide) {
    for (const pre of slide.querySelectorAll("pre:not(.bl pre)")) {
      const longest = Math.max(...pre.textContent.split("\n").map((line) => line.length));
      pre.style.fontSize = `${Math.max(15, Math.min(20, 2000 / longest))}px`; // 100 letters of 20 px fill a line
    }
  }
  function fit() {
    const slide = Reveal.getCurrentSlide(), grows = [...slide.querySelectorAll(GROWS)];
    const grow = (zoom) => grows.forEach((node) => { node.style.zoom = zoom; });
    fitLines(slide);
    slide.style.zoom = "";
    grow(1);
    if (fits(slide)) largest(slide, 1, LARGEST, grow);
    else largest(slide, SMALLEST, 1, (zoom) => { slide.style.zoom = zoom; });
  }
  // Widgets take a moment to have their height. Later only what no longer fits moves: no slide breathes while it plays.
  const SETTLED_MS = 5000, CALM_MS = 100;
  let shown = 0, waiting;
  const watch = new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (performance.now() - shown < SETTLED_MS || !fits(Reveal.getCurrentSlide())) fit();
    }, CALM_MS);
  });
  function show() {
    shown = performance.now();
    watch.disconnect();
    for (const cell of Reveal.getCurrentSlide().querySelectorAll(".jp-Cell")) watch.observe(cell);
    fit();
  }
  Reveal.on("ready", show);
  Reveal.on("slidechanged", show);

  const night = matchMedia("(prefers-color-scheme: dark)");
  const dress = (dark) => { document.body.dataset.jpThemeLight = String(!dark); }; // the widgets watch it
  dress(night.matches);
  night.addEventListener("change", () => dress(night.matches));

  // As wide as layout.py takes it to be, at least as high, and higher where the screen is.
  const WIDTH = 1280, LEAST = 720, MOST = 960;
  const high = () => Math.round(Math.min(MOST, Math.max(LEAST, (WIDTH * innerHeight) / innerWidth)));
  Reveal.initialize({
    hash: true, slideNumber: "c/t", transition: "none", plugins: [Notes], width: WIDTH, height: high(), margin: 0.02,
    center: false,
  });
  Reveal.on("ready", () => addEventListener("resize", () => {
    Reveal.configure({ height: high() });
    show();
  }));
  Reveal.addKeyBinding({ keyCode: 68, key: "D", description: "Light or dark" },
    () => dress(document.body.dataset.jpThemeLight === "true"));
});
