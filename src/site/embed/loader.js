// Embeds and hover cards: /embedding/ describes them. Served without these comments, at most 4,000 bytes of gzip.
(() => {
  // Not by guess: another script of this name may be a stranger's, and frames would come from there.
  const script = document.currentScript;
  if (!script) console.warn("Field guide: embed.js wants a plain script element.");
  // A second time, or in an old browser.
  if (!script?.src || !window.CSSStyleSheet?.prototype.replaceSync || customElements.get("field-guide-term")) return;
  const base = new URL(".", script.src);
  const patience = Number(script.dataset.timeout) || 15000;

  // Constructed: style-src 'none' allows it. A waiting frame has a layout, or it would not load.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host{display:block;position:relative}:host([hidden]),slot[hidden]{display:none}slot{display:block}
    iframe{display:block;width:100%;border:0}.waiting{position:absolute;top:0;max-height:100%;visibility:hidden}
    :host([popover]){position:fixed;inset:0 auto auto 0;z-index:9999;width:352px;max-width:calc(100vw - 16px);margin:0;border:0;padding:0;
    overflow:visible;background:none;visibility:hidden}:host([data-shown]){visibility:visible;filter:drop-shadow(0 2px 8px #0005)}`);
  const shadow = (element, child) => {
    const root = element.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    return root.appendChild(document.createElement(child));
  };

  function hostTheme() {
    const places = [document.body, document.documentElement];
    for (const { dataset, classList } of places) {
      for (const name of [dataset.theme, dataset.mdColorScheme, dataset.bsTheme, ...classList]) {
        if (name === "dark" || name === "slate") return "dark";
        if (name === "light") return name;
      }
    }
    for (const place of places) {
      const { backgroundColor, colorScheme } = getComputedStyle(place);
      // rgb(27, 27, 31), oklch(0.2 0.01 250 / 0.9), lab(20 0 0), color(srgb 0.1 0.1 0.1)
      const [form, first, second, , alpha = 1] = backgroundColor.match(/^[a-z]+|[\d.]+/g);
      const two = +first + +second;
      const shade = { r: two / 510, c: two / 2, l: first / 100 }[form[0]] ?? first;
      if (alpha > 0.5) return shade < 0.5 ? "dark" : "light";
      if (/^(dark|light)$/.test(colorScheme)) return colorScheme;
    }
    return "auto";
  }
  const frames = new Set();
  const retheme = () => frames.forEach((embed) => embed._sendTheme());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", retheme);
  const watcher = new MutationObserver(retheme);
  // A background that fades has its new colour at the end.
  addEventListener("transitionend", ({ target }) => target.contains(document.body) && retheme());

  const around = (margin) => ({ rootMargin: margin, scrollMargin: margin });
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) target._load();
  }, around("600px"));
  // A card keeps nothing: far away its frame is let go, and its room stays. A lab keeps what was done in it.
  const far = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting || !target._ready || !target.offsetWidth || target.matches(":focus-within")) continue;
      const { height } = target._frame;
      target._start();
      target._room(target._wanted = +height);
    }
  }, around("3000px"));

  addEventListener("message", ({ data, source }) => {
    if (data?.fieldGuide === 1) for (const embed of frames) if (embed._frame.contentWindow === source && embed._key === data.key) embed._hear(data);
  });

  class Embed extends HTMLElement {
    static observedAttributes = ["slug", "lab", "scenario", "theme", "title", "height", "min-height", "max-height"];
    constructor() {
      super();
      this._slot = shadow(this, "slot");
    }
    connectedCallback() {
      this._here = true;
      this._start();
    }
    disconnectedCallback() {
      this._here = false;
      this._stop();
    }
    attributeChangedCallback(name, before, now) {
      if (!this._here || before === now) return;
      if (name === "theme") this._sendTheme();
      else if (name === "title") this._frame && (this._frame.title = now);
      else if (name.endsWith("height")) this._fit();
      else this._start();
    }
    _start() {
      this._stop();
      const name = this.getAttribute(this._name) ?? "";
      if (!/^[a-z0-9-]+$/.test(name)) return this._fail(`${this._name}="${name}" is no name`);
      this._url = new URL(`embed/${this._folder}/${name}/`, base);
      this._url.search = this.getAttribute("scenario") ?? "";
      this._title = this.getAttribute("title") || this.textContent.trim() || name;
      // Room for what is known of the height, so that nothing jumps later.
      this._room(this.getAttribute("height") ?? this.getAttribute("min-height"));
      near.observe(this);
    }
    _stop() {
      near.unobserve(this);
      far.unobserve(this);
      clearTimeout(this._timer);
      frames.delete(this);
      this._frame?.remove();
      this._frame = null;
      this._ready = this._slot.hidden = false;
      this._wanted = 0;
    }
    _room(height) {
      this._slot.style.minHeight = `${clamp(0, parseInt(height) || 0, 2000)}px`;
    }
    _load() {
      near.unobserve(this);
      this._card && far.observe(this);
      // Every time: some sites replace their body.
      for (const place of [document.body, document.documentElement]) {
        watcher.observe(place, { attributes: true });
      }
      this._key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1)).join("");
      const frame = this._frame = document.createElement("iframe");
      frames.add(this);
      frame.className = "waiting";
      frame.title = this._title;
      frame.referrerPolicy = "no-referrer";
      if (!this._card) frame.allow = "clipboard-write";
      // On its own origin a sandbox with scripts holds nothing back, and browsers say so.
      if (base.origin !== location.origin) frame.sandbox = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation allow-downloads";
      frame.src = `${this._url}#fg=1&key=${this._key}&theme=${this._theme = this._asked()}`;
      // Before its first answer it may be an error page.
      frame.onload = () => this._ready && this._send("hello");
      // What was not shown was perhaps not loaded either: then it begins anew.
      this._timer = setTimeout(() => document.hidden || !frame.offsetWidth ? this._start() : this._fail(`${this._url} does not answer`), patience);
      this.shadowRoot.append(frame);
    }
    _fail(reason) {
      this._stop();
      console.warn(`Field guide: ${reason}; the link stays instead.`, this);
      this._tell("error", { reason });
    }
    _tell(type, detail) {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    }
    _hear({ type, height }) {
      if (type === "ready" && !this._ready) {
        clearTimeout(this._timer);
        const held = this.matches(":focus-within");
        this._ready = this._slot.hidden = true;
        this._frame.className = "";
        // Whoever was on the link is on what came in its place.
        if (held) this._frame.focus();
        this._fit();
        this._send("hello");
        this._tell("ready");
      }
      if (type === "size" && Number.isFinite(height)) {
        this._wanted = height;
        this._fit();
      }
      if (type === "escape" && this === term) close();
    }
    _send(type) {
      this._frame.contentWindow.postMessage({ fieldGuide: 1, key: this._key, type, theme: this._theme }, base.origin);
    }
    _asked() {
      const theme = this.getAttribute("theme");
      return theme === "light" || theme === "dark" ? theme : hostTheme();
    }
    _sendTheme() {
      if (this._theme === (this._theme = this._asked())) return;
      if (this._ready) this._send("theme");
    }
    _fit() {
      const number = (name, other) => parseInt(this.getAttribute(name)) || other;
      const wanted = number("height", this._wanted);
      const height = clamp(60, clamp(number("min-height", 60), Math.ceil(wanted), number("max-height", 2000)), 2000);
      if (!this._ready || !wanted || this._frame.height == height) return;
      this._frame.height = height;
      this._tell("resize", { height });
    }
  }
  const clamp = (least, value, most) => Math.min(most, Math.max(least, value));
  customElements.define("field-guide-term", class extends Embed { _name = "slug"; _folder = "terms"; _card = true; });
  customElements.define("field-guide-lab", class extends Embed { _name = "lab"; _folder = "labs"; });

  // WCAG 1.4.13: Escape closes the card, the pointer may enter it, it stays until pointer and focus left. It previews where
  // its link leads: a labelled group, no stop for Tab; aria-describedby reads no other document.
  let box, term, link, timer, over, focused, touch, dismissed;
  const failed = new Set();
  const slugOf = ({ origin, pathname }) => {
    const [, before, slug] = /^(.*\/)terms\/([a-z0-9-]+)(\/|\/index.html)?$/.exec(origin + pathname) ?? [];
    return before === base.href && !failed.has(slug) && slug;
  };
  const linkOf = (event) => event.composedPath().find((node) => node.localName === "a" && node.matches("a[data-field-guide]") && slugOf(node));
  const inCard = (event) => event.composedPath().includes(box);
  const later = (what) => {
    clearTimeout(timer);
    timer = setTimeout(what, 250);
  };

  function open(to) {
    if (to === link) return;
    close();
    link = to;
    if (!box) {
      box = document.createElement("field-guide-card");
      shadow(box, "div");
      box.popover = "manual";
      box.role = "group";
    }
    // Among the page's own content, where landmarks are counted; popovers lie above it wherever they stand.
    if (!box.isConnected) (to.closest("main") ?? document.body).append(box);
    box.hidden = false;
    box.showPopover?.();
    const slug = slugOf(to);
    const label = `Preview: ${to.textContent}`;
    box.ariaLabel = label;
    if (term?.getAttribute("slug") !== slug) {
      const card = term = document.createElement("field-guide-term");
      card.setAttribute("slug", slug);
      card.title = label;
      card.addEventListener("ready", show);
      card.addEventListener("resize", place);
      card.addEventListener("error", () => {
        failed.add(slug);
        close();
      });
      box.shadowRoot.replaceChildren(card);
    }
    show();
  }
  function show() {
    if (!link || !term._ready) return;
    term._frame.tabIndex = -1;
    box.dataset.shown = "";
    place();
  }
  function close() {
    clearTimeout(timer);
    if (!link) return;
    link = over = focused = false;
    delete box.dataset.shown;
    box.hidePopover?.();
    box.hidden = true;
    if (term._ready) return;
    term.remove();
    term = null;
  }
  function place() {
    if (!link) return;
    if (!link.isConnected) return close();
    const { top, bottom, left } = link.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) return close();
    const below = innerHeight - bottom - 14;
    const up = below < Math.min(term._wanted, 420) && below < top - 14;
    term.setAttribute("max-height", clamp(60, up ? top - 14 : below, 420));
    const { offsetWidth, offsetHeight } = box;
    box.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - offsetWidth - 24))}px`);
    box.style.setProperty("top", `${up ? top - 6 - offsetHeight : bottom + 6}px`);
  }

  addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const to = linkOf(event);
    if (to !== dismissed) dismissed = null;
    over = inCard(event) || (link && to === link);
    if (!over && to && !dismissed) later(() => { open(to); over = true; });
    else if (over || focused) clearTimeout(timer);
    else later(close);
  });
  addEventListener("focusin", (event) => {
    const to = linkOf(event);
    if (!to?.matches(":focus-visible")) return;
    open(to);
    focused = true;
  });
  addEventListener("focusout", () => {
    if (focused && !over) close();
    focused = false;
  });
  addEventListener("pointerdown", (event) => {
    touch = event.pointerType === "touch";
    if (!inCard(event) && linkOf(event) !== link) close();
  }, true);
  // The first tap shows, the second follows.
  addEventListener("click", (event) => {
    const to = touch && event.detail && linkOf(event);
    if (!to || to === link) return;
    event.preventDefault();
    open(to);
    // A card that does not come holds nobody up.
    timer = setTimeout(() => link === to && !term._ready && to.click(), 1000);
  }, true);
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    dismissed = over && link;
    close();
  }, true);
  addEventListener("pagehide", close);
  addEventListener("online", () => failed.clear());
  addEventListener("scroll", place, true);
  addEventListener("resize", place);
})();
