addEventListener("click", ({ target }) => {
  if (target.id === "dark" || target.id === "light") document.documentElement.dataset.theme = target.id;
});
