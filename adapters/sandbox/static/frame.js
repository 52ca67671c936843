// What stands around the messages: the clock, the people, the rooms.

import { avatar, el, icon } from "./dom.js";
import { day, time, w } from "./words.js";


const dot = (news) => news && el("span", { className: "dot" }, el("span", { className: "sr" }, w("has-news")));

/** Tell the time of the community. */
export function drawClock(store) {
  const node = document.getElementById("now");
  const now = store.now();
  const text = `${day(now)}, ${time(now)}`;
  if (node.textContent === text) return;
  node.textContent = text;
  node.dateTime = new Date(now).toISOString();
  node.title = store.clock.runs ? w("clock-hint") : w("clock-still");
}

/** The people one can be. */
export function drawPeople(app) {
  const { store, active } = app;
  const chips = [...store.people.values()].map((person, i) => {
    const acting = person.key === active.persona;
    const options = el("button", { type: "button", className: "options", "aria-haspopup": "menu", "aria-expanded": "false",
      "aria-label": w("options-for", { name: person.name }), data: { k: `o${person.key}` } }, icon("more"));
    options.addEventListener("click", () => app.dialog("personMenu", person, options));
    return el("li", { className: acting ? "chip acting" : "chip" },
      el("button", { type: "button", className: "who", "aria-pressed": String(acting), "aria-label": null, data: { k: `p${person.key}` },
        title: i < 9 ? `${w("act-as", { name: person.name })} (Alt+${i + 1})` : w("act-as", { name: person.name }),
        onclick: () => app.actAsPerson(person.key) },
      avatar(person.name, { away: !person.present }), el("b", { dir: "auto" }, person.name), store.badges(person.key), dot(store.hasNews(person.key))),
      options);
  });
  const add = el("button", { type: "button", className: "add", data: { k: "add" }, onclick: () => app.dialog("addPerson") }, icon("plus"), w("add-person"));
  const place = document.getElementById("people");
  swap(place, el("ul", {}, chips), add);
  if (place.dataset.acting !== active.persona) place.querySelector(".acting")?.scrollIntoView({ inline: "center", block: "nearest" });
  place.dataset.acting = active.persona;
}

/** The rooms, and the acting person's chat with the bot. */
export function drawRail(app) {
  const { store, active } = app;
  const entry = (room, label, extra) => el("li", {}, el("button", {
    type: "button", "aria-current": room === active.room ? "page" : null, data: { k: `r${room}` }, onclick: () => app.go(active.persona, room),
  }, extra, el("span", { dir: "auto" }, label), dot(store.hasNews(active.persona, room))));
  const rooms = [...store.rooms.values()].filter((room) => room.kind !== "dm");
  swap(document.getElementById("rail"),
    el("h2", {}, w("rooms"), el("button", { type: "button", "aria-label": w("add-room"), title: w("add-room"), data: { k: "add" },
      onclick: () => app.dialog("addRoom") }, icon("plus"))),
    el("ul", {}, rooms.map((room) => entry(room.id, room.title))),
    el("h2", {}, w("direct")),
    el("ul", {}, entry(`dm:${active.persona}`, w("bot-name"), icon("bot"))),
    el("p", { className: "hint" }, w("keys")));
}

/** Replace what stands in a place and keep the focus on what means the same. */
function swap(place, ...nodes) {
  const key = place.contains(document.activeElement) && document.activeElement.dataset.k;
  place.replaceChildren(...nodes);
  if (key) place.querySelector(`[data-k="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
