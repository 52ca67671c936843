// Style for what opens on demand, loaded before the first of it is shown.

import { el } from "./dom.js";

/** Load a style sheet; resolves when it applies (or cannot be had). */
export const style = (name) => new Promise((done) => {
  document.head.append(el("link", { rel: "stylesheet", href: `/playground/${name}.css`, onload: done, onerror: done }));
});
