// Opens the lab of a frame in somebody else's page. Its picture is in the HTML already: where the program does not come,
// the picture stays, with a sentence and a link.
const root = document.documentElement;
const script = document.getElementById("embed-start");
const host = document.getElementById("embed-lab");
const at = (name) => new URL(script.getAttribute(`data-${name}`), document.baseURI).href;

// The way home keeps the scenario, whether the lab opens or not.
if (location.search) for (const link of document.querySelectorAll("a[data-home]")) link.search = location.search;

async function load() {
  const program = await import(at("js"));
  await program.default({ module_or_path: at("wasm") });
  return program;
}

// As boot.js has it: what the lab asks of the page around it. Only this lab is here.
let lab;
globalThis.fieldGuide = {
  lab: (name) => (name === host.dataset.lab ? (lab ??= load()) : Promise.reject(new Error(`there is no lab ${name} in this frame`))),
  worker: () => {
    const worker = new Worker(at("worker"), { type: "module" });
    worker.postMessage({ js: at("js"), wasm: at("wasm") });
    return worker;
  },
};

const picture = host.innerHTML;
try {
  const program = await fieldGuide.lab(host.dataset.lab);
  // Controls are shown from now on: somebody answers them.
  root.dataset.js = "";
  // Kept, or the browser would collect it and take the lab out of the page. Inline: the frame's address is not the lab's.
  host.opened = program.open(host, location.search.slice(1), true, false);
  root.dataset.alive = "";
} catch (error) {
  delete root.dataset.js;
  if (!host.open) host.innerHTML = picture;
  // A panic has its own sentence, set by the program.
  root.dataset.trouble ??= "load";
  console.error(error);
}
