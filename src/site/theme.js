// Before the first paint: that scripts run, and the theme that the reader chose, unless the palette is the reader's own.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("field-guide.theme");
    if (theme && !matchMedia("(forced-colors: active)").matches) root.dataset.theme = theme;
  } catch {
    // Storage that refuses keeps no choice.
  }
})();
