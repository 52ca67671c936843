// A quiet room teaches the next steps, each of which can be pressed.

import { avatar, el, icon } from "./dom.js";
import { style } from "./later.js";
import { lang, w } from "./words.js";

await style("guide");

const DAY = 86_400_000;

function outside(app, pane) {
  const name = pane.person.name;
  return el("div", { className: "empty" }, el("h3", { dir: "auto" }, w("away-title", { name })), el("p", {}, w("away-text")),
    el("p", { className: "buttons" },
      el("button", { type: "button", className: "primary", onclick: () => pane.act({ do: "join" }) }, w("join")),
      el("button", { type: "button", onclick: () => app.dialog("askToJoin", pane.persona) }, w("ask-to-join"))));
}

/** What stands above the first messages of a view. */
export function guide(app, pane) {
  const { store } = app;
  if (!pane.person.present && !pane.isDirect) return outside(app, pane);
  const has = (name) => store.commands.some((command) => command.name === name);
  const other = [...store.people.values()].find((person) => person.key !== pane.persona && person.present);
  const operator = [...store.people.values()].find((person) => person.standing === "operator" && person.present) || pane.person;
  const fill = (text, key = pane.persona) => el("button", { type: "button", className: "try", onclick: () => {
    if (pane.persona !== key) app.show(pane, key, pane.room);
    pane.composer.fill(text);
  } }, el("code", {}, text));
  const steps = [];
  if (pane.isDirect) {
    for (const command of pane.commands().filter((item) => !/[<[]/.test(item.usage)).slice(0, 3)) {
      steps.push([command.description[lang()] || command.description.en || w("step-command"), fill(`/${command.name}`)]);
    }
  } else if (has("packet")) {
    if (has("give")) steps.push([w("step-give", { name: operator.name }), fill(`/give ${operator.name} 1000 🎁`, operator.key)]);
    steps.push([w("step-packet"), fill("/packet 100 3", operator.key)]);
    const next = operator.key === pane.persona ? other : pane.person;
    if (next) steps.push([w("step-switch", { name: next.name }), el("button", { type: "button", onclick: () => app.show(pane, next.key, pane.room) }, avatar(next.name), next.name)]);
    steps.push([w("step-clock"), el("button", { type: "button", onclick: () => app.advance(DAY) }, icon("clock"), w("plus-day"))]);
  }
  if (!pane.isDirect && has("checkin")) steps.push([w("step-checkin"), fill("/checkin")]);
  if (!steps.length) steps.push([w("step-hello"), fill(w("hello"))]);
  return el("div", { className: "empty" },
    el("h3", {}, w(pane.isDirect ? "empty-direct" : "empty-title")),
    el("p", {}, w(pane.isDirect ? "empty-direct-text" : "empty-text", { name: pane.person.name })),
    el("ol", {}, steps.map(([text, thing]) => el("li", {}, el("span", { dir: "auto" }, text), thing))));
}
