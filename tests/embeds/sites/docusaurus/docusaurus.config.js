export default {
  title: "Payments API",
  url: "https://host.example",
  baseUrl: "/",
  onBrokenLinks: "throw",
  scripts: [{ src: "GUIDE_URLembed.js", async: true }],
  presets: [["classic", { docs: { routeBasePath: "/" }, blog: false, pages: false }]],
  themeConfig: {
    // Otherwise the test would depend on the system's own theme.
    colorMode: { defaultMode: "light", respectPrefersColorScheme: false },
    navbar: { title: "Payments API" },
  },
};
