// Opens the lab of a frame in somebody else's page. Its picture is in the HTML already: where the program does not come,
// the picture stays, with a sentence and a link.
const root = document.documentElement;
const script = document.getElementById("embed-start");
const host = document.getElementById("embed-lab");
const at = (name) => new URL(script.getAttribute(`data-${name}`), document.baseURI).href;

// The way home keeps the scenario, whether the lab opens or not; with what was changed here, once somebody turns to it.
const homes = document.querySelectorAll("a[data-home]");
for (const link of homes) {
  link.search = location.search;
  for (const turn of ["pointerdown", "focus", "click"]) link.addEventListener(turn, keepRun);
}
function keepRun() {
  // Pressed, the button that offers the lab to other pages says on itself what run it would offer. No one sees it here.
  const button = host.querySelector(".embed-this");
  button?.click();
  if (button?.dataset.scenario !== undefined) for (const link of homes) link.search = button.dataset.scenario;
}

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
  // Kept, or the browser would collect it and take the lab out of the page.
  host.opened = program.open(host, location.search.slice(1), false, false);
  // A host has less room than the lab's own page: settings wait for a click.
  for (const settings of host.querySelectorAll("details.settings")) settings.open = false;
  root.dataset.alive = "";
} catch (error) {
  delete root.dataset.js;
  if (!host.open) host.innerHTML = picture;
  // A panic has its own sentence, set by the program.
  root.dataset.trouble ??= "load";
  console.error(error);
}
