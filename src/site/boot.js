// Starts the program after the first paint: a page reads without it, so nothing waits for it.
const root = document.documentElement;
const boot = document.getElementById("boot").dataset;
const at = (path) => new URL(path, document.baseURI);

async function load(js, wasm) {
  const program = await import(at(js));
  await program.default({ module_or_path: at(wasm) });
  return program;
}

// The labs are a program of their own, asked for when a lab comes near the screen; one that failed may be asked for again.
let labs;
globalThis.fieldGuide = {
  labs: () => (labs ??= load(boot.labs, boot.labsWasm).catch((error) => { labs = undefined; throw error; })),
};

async function start() {
  try {
    await load(boot.js, boot.wasm);
  } catch (error) {
    // A panic after the start has its own sentence, set by the program.
    if (!("alive" in root.dataset) && !root.dataset.trouble) root.dataset.trouble = "load";
    console.error(error);
  }
}

requestAnimationFrame(() => setTimeout(start, 0));
