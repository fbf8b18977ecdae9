// Starts the program after the first paint: a page reads without it, so nothing waits for it.
const root = document.documentElement;
const boot = document.getElementById("boot");
const at = (name) => new URL(boot.getAttribute(`data-${name}`), document.baseURI).href;

async function load(js, wasm) {
  const program = await import(at(js));
  await program.default({ module_or_path: at(wasm) });
  return program;
}

// Every lab is a program of its own, asked for when it comes near the screen; one that failed may be asked for again.
const labs = {};
// A page that opened with the lab has its style already; one that the reader came from has not.
async function style(name) {
  const href = at(`${name}-style`);
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const loaded = new Promise((resolve) => { link.onload = link.onerror = resolve; });
  document.head.append(link);
  await loaded;
}
async function lab(name) {
  try {
    const [program] = await Promise.all([load(name, `${name}-wasm`), style(name)]);
    return program;
  } catch (error) {
    delete labs[name];
    throw error;
  }
}
globalThis.fieldGuide = {
  lab: (name) => (labs[name] ??= lab(name)),
  // The same program off the main thread, for what takes long.
  worker: (name) => {
    const worker = new Worker(at("worker"), { type: "module" });
    worker.postMessage({ js: at(name), wasm: at(`${name}-wasm`) });
    return worker;
  },
};

async function start() {
  try {
    await load("js", "wasm");
  } catch (error) {
    // A panic after the start has its own sentence, set by the program.
    if (!("alive" in root.dataset) && !root.dataset.trouble) root.dataset.trouble = "load";
    console.error(error);
  }
}

requestAnimationFrame(() => setTimeout(start, 0));
