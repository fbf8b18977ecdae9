// The frame's side of an embed (loader.js is the host's): tells its height, takes the theme. Opened alone it sends nothing.
const root = document.documentElement;
const given = new URLSearchParams(location.hash.slice(1));
const key = given.get("key");

function setTheme(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else if (theme === "auto") delete root.dataset.theme;
}
setTheme(given.get("theme"));

if (parent !== window && given.get("fg") === "1" && key) {
  // To whoever holds the frame: it carries nothing secret but the key, which the host made.
  const send = (type, more) => parent.postMessage({ fieldGuide: 1, key, type, ...more }, "*");
  let told;
  const measure = () => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    if (height === told || !height) return;
    told = height;
    send("size", { height });
  };
  addEventListener("message", ({ data, source }) => {
    if (source !== parent || !data || Object.getPrototypeOf(data) !== Object.prototype) return;
    if (data.fieldGuide !== 1 || data.key !== key) return;
    if (data.type === "hello" || data.type === "theme") setTheme(data.theme);
    if (data.type !== "hello") return;
    send("ready");
    told = undefined;
    measure();
  });
  // A hover card is closed by Escape wherever the focus is; any other host ignores it.
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) send("escape");
  });
  send("ready");
  // Browsers do not observe what is not seen yet: the first heights are measured by hand.
  measure();
  addEventListener("load", measure);
  document.fonts?.ready.then(measure);
  new ResizeObserver(measure).observe(root);
}
