// What a second view needs: whom and what each view shows.

import { el } from "./dom.js";
import { style } from "./later.js";
import { w } from "./words.js";

await style("side");

/** Two choices in the head of a view. */
export function pickers(app, pane) {
  const { store } = app;
  const pick = (label, options, chosen, change) => el("select", { "aria-label": label, onchange: (event) => change(event.target.value) },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
  const people = [...store.people.values()].map((person) => [person.key, person.platform === "sandbox" ? person.name : `${person.name} (${w(person.platform)})`]);
  const rooms = [...store.rooms.values()].filter((room) => room.kind !== "dm").map((room) => [room.id, room.title]);
  const direct = `dm:${pane.persona}`;
  return el("span", { className: "pickers" },
    pick(w("show-as"), people, pane.persona, (key) => app.show(pane, key, pane.isDirect ? `dm:${key}` : pane.room)),
    pick(w("show-room"), [...rooms, [direct, w("direct")]], pane.room, (room) => app.show(pane, pane.persona, room)));
}

/** Let the second view begin with somebody else than the first. */
export function differ(app) {
  const [one, two] = app.panes;
  const key = [...app.store.people.keys()].find((person) => person !== one.persona);
  if (key && two.persona === one.persona) two.show(key, one.isDirect ? `dm:${key}` : one.room);
}
