// The page's own words in the reader's language, and times as people write them.

const LANGS = ["en", "zh-Hans", "zh-Hant"];
let words = {};
let english = {};
let current = "en";
let zone;

/** The language to begin with: the remembered one, else the browser's. */
export function preferred() {
  const kept = localStorage.getItem("coterie.lang");
  if (LANGS.includes(kept)) return kept;
  const mine = navigator.language || "en";
  if (!/^zh/i.test(mine)) return "en";
  return /hant|tw|hk|mo/i.test(mine) ? "zh-Hant" : "zh-Hans";
}

/** Load a language and put its words into the page's fixed parts. */
export async function speak(name) {
  english = english.skip ? english : (await import("./words.en.js")).default;
  words = name === "en" ? english : (await import(`./words.${name}.js`)).default;
  current = name;
  localStorage.setItem("coterie.lang", name);
  document.documentElement.lang = name;
  document.title = w("title");
  for (const node of document.querySelectorAll("[data-w]")) node.textContent = w(node.dataset.w);
  for (const node of document.querySelectorAll("[data-w-label]")) node.setAttribute("aria-label", w(node.dataset.wLabel));
}

export const lang = () => current;

/** A sentence by name with its {arguments} filled in; `otherwise` where there is none of that name. */
export function w(key, args = {}, otherwise = key) {
  const text = words[key] ?? english[key];
  return text === undefined ? otherwise : text.replace(/\{(\w+)\}/g, (_, name) => args[name] ?? "");
}

/** The community's time zone, where it is known. */
export function setZone(name) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name || undefined });
    zone = name || undefined;
  } catch {
    zone = undefined;
  }
}

const formats = new Map();
function format(key, options) {
  const full = `${key}|${current}|${zone}`;
  if (!formats.has(full)) formats.set(full, new Intl.DateTimeFormat(current === "en" ? "en-GB" : current, { ...options, timeZone: zone }));
  return formats.get(full);
}

export const time = (at, seconds = false) =>
  format(`t${seconds}`, { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit", timeZoneName: "short" }) }).format(at);
export const day = (at) => format("d", { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(at);
