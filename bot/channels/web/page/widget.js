// Shows the chat on a portal's own pages: a button, and the page in a frame that it opens. One tag is enough:
// <script src="https://danvan.example.vn/widget.js" async></script>
(() => {
  const words = $words;
  const address = new URL("/", document.currentScript.src);
  const sheet = new CSSStyleSheet(); // a sheet made by script stands under no style rule of the portal's policy
  sheet.replaceSync(`
    :host { all: initial; }
    * { box-sizing: border-box; font: 600 15px/1.3 system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
    [hidden] { display: none !important; }
    button, a { min-height: 44px; border: 0; cursor: pointer; color: #fffdf9; background: #8c1c1f; text-decoration: none; }
    button:hover, a:hover { background: #731417; }
    :focus-visible { outline: 3px solid #fffdf9; outline-offset: -5px; }
    .open { position: fixed; right: 16px; bottom: 16px; z-index: 2147483646; max-width: calc(100vw - 32px); padding: 12px 20px;
      border-radius: 24px; box-shadow: 0 2px 10px rgb(0 0 0 / 30%); }
    .panel { position: fixed; right: 16px; bottom: 16px; z-index: 2147483647; display: flex; flex-direction: column;
      width: min(420px, calc(100vw - 32px)); height: min(680px, calc(100vh - 32px)); overflow: hidden;
      border: 1px solid #8c1c1f; border-radius: 12px; background: #fffdf9; box-shadow: 0 6px 28px rgb(0 0 0 / 35%); }
    .bar { display: flex; flex: none; align-items: center; min-height: 48px; padding-left: 16px; background: #8c1c1f; color: #fffdf9; }
    .bar span { flex: 1; min-width: 0; }
    .bar a { display: flex; align-items: center; padding: 0 10px; font-weight: 400; text-decoration: underline; }
    .bar button { width: 48px; font-size: 22px; }
    iframe { flex: 1; width: 100%; min-height: 0; border: 0; }
    @media (max-width: 480px) { .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; } }
    @media print { :host { display: none; } }
  `);

  function made(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const opener = made("button", { type: "button", class: "open", "aria-expanded": "false" }, words.widget_open);
  const closer = made("button", { type: "button", "aria-label": words.widget_close }, "×");
  const away = made("a", { href: address.href, target: "_blank", rel: "noopener" }, words.widget_new_tab);
  const frame = made("iframe", { title: words.widget_title });
  const bar = made("div", { class: "bar" }, made("span", {}, words.widget_title), away, closer);
  const panel = made("section", { class: "panel", "aria-label": words.widget_title, hidden: "" }, bar, frame);

  function show(open) {
    if (open && !frame.src) frame.src = address.href;
    panel.hidden = !open;
    opener.hidden = open;
    opener.setAttribute("aria-expanded", String(open));
    (open ? frame : opener).focus();
    if (open) greet();
  }

  function greet() {
    frame.contentWindow.postMessage("opened", "*");
  }

  opener.addEventListener("click", () => show(true));
  frame.addEventListener("load", () => frame.src && greet());
  closer.addEventListener("click", () => show(false));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
  });
  window.addEventListener("message", (event) => {
    if (event.source === frame.contentWindow && event.origin === address.origin && event.data === "close") show(false);
  });

  function place() {
    const host = document.createElement("div");
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(opener, panel);
    document.body.append(host);
  }
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
