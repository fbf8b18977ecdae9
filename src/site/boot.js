// Starts the program after the first paint: a page reads without it, so nothing waits for it.
const root = document.documentElement;
const boot = document.getElementById("boot").dataset;
const at = (path) => new URL(path, document.baseURI);

async function start() {
  try {
    const program = await import(at(boot.js));
    await program.default({ module_or_path: at(boot.wasm) });
  } catch (error) {
    // A panic after the start has its own sentence, set by the program.
    if (!("alive" in root.dataset) && !root.dataset.trouble) root.dataset.trouble = "load";
    console.error(error);
  }
}

requestAnimationFrame(() => setTimeout(start, 0));
