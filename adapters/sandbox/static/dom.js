// DOM made by hand: every word arrives as a text node, so nothing that anybody typed is ever read as HTML.

/** An element with attributes, `on…` listeners, `data` and children (nodes, strings, nested lists; null is skipped). */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "value" || name === "checked") node[name] = value;
    else node.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

const PATHS = {
  plus: "M12 5v14M5 12h14",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5",
  columns: "M4 5h16v14H4zM12 5v14",
  reply: "M9 7 4 12l5 5M4 12h9a7 7 0 0 1 7 7",
  star: "m12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.6-5 2.6 .9-5.6-4-4 5.6-.8z",
  eye: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
  send: "M5 12 4 4l17 8-17 8zM5 12h8",
  down: "M12 5v14M6 13l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  bot: "M5 9h14v10H5zM12 9V5M9.5 13v2M14.5 13v2",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2",
};

/** A decorative line icon; what it means must stand beside it in words or in the button's label. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A person's initials on one of eight quiet colours; the bot has a square one. */
export function avatar(name, { bot = false, away = false } = {}) {
  const letters = [...name.replace(/[\u2066-\u2069]/g, "").trim()];
  const second = letters.indexOf(" ") + 1;
  const text = bot ? icon("bot") : ((letters[0] || "?") + (second ? letters[second] || "" : "")).toUpperCase();
  const hue = letters.reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 8191, 7) % 8;
  return el("span", { className: `avatar ${bot ? "bot" : `hue${hue}`}${away ? " away" : ""}`, "aria-hidden": "true" }, text);
}
