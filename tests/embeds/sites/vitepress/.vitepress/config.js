export default {
  title: "Payments API",
  head: [["script", { src: "GUIDE_URLembed.js", async: "" }]],
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith("field-guide-") } } },
  themeConfig: { sidebar: [{ text: "Payments API", link: "/" }, { text: "Limits", link: "/second" }] },
};
