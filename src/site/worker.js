// A lab's program off the main thread: told once where it is, then one job after another.
let program;

onmessage = async ({ data }) => {
  try {
    if (data.js) {
      program = import(data.js).then(async (module) => {
        await module.default({ module_or_path: data.wasm });
        return module;
      });
      return;
    }
    postMessage({ number: data.number, result: (await program).work(data.job) });
  } catch (error) {
    postMessage({ number: data.number ?? -1, result: JSON.stringify({ error: String(error) }) });
  }
};
