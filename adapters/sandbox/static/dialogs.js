// Dialogs and menus, loaded when the first one is asked for.

import { el } from "./dom.js";
import { style } from "./later.js";
import { w } from "./words.js";

await style("dialogs");

const UNITS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
const PLATFORMS = ["sandbox", "telegram", "discord"];
const LOCALES = ["en", "zh-Hans", "zh-Hant"];

/** Ask with a modal dialog; resolves to the fields' values, or to null when it is put away. */
function ask({ title, fields, submit, cancel, note = "" }) {
  return new Promise((resolve) => {
    const inputs = fields.map((field) =>
      field.options
        ? el("select", { name: field.name }, field.options.map(([value, label]) => el("option", { value }, label)))
        : el("input", { name: field.name, type: field.type || "text", value: field.value || "", maxlength: field.max || 80,
          required: field.required !== false, min: field.min, autocomplete: "off", placeholder: field.placeholder }));
    const form = el("form", { method: "dialog" },
      el("h2", {}, title),
      fields.map((field, i) => el("label", {}, el("span", {}, field.label), inputs[i])),
      note && el("p", { className: "hint" }, note),
      el("p", { className: "buttons" },
        el("button", { type: "submit", className: "primary" }, submit),
        el("button", { type: "button", onclick: () => dialog.close() }, cancel)));
    let answer = null;
    form.addEventListener("submit", () => { answer = Object.fromEntries(inputs.map((input) => [input.name, input.value])); });
    const dialog = el("dialog", { onclose: () => { dialog.remove(); resolve(answer); }, "aria-label": title }, form);
    document.body.append(dialog);
    dialog.showModal();
    inputs[0]?.focus();
  });
}

/** A pop-up menu under a button. Items: {label, run, checked?} or null for a line. Arrow keys, Home, End, Esc, Tab. */
function menu(anchor, label, items) {
  const close = (refocus) => {
    list.remove();
    anchor.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", plainClose);
    if (refocus) anchor.focus();
  };
  const plainClose = () => close(false);
  const outside = (event) => { if (!list.contains(event.target) && !anchor.contains(event.target)) close(false); };
  const list = el("div", { role: "menu", "aria-label": label, className: "menu" }, items.map((item) => item
    ? el("button", {
      type: "button", tabindex: "-1", role: item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      onclick: () => { close(true); item.run(); },
    }, item.label)
    : el("hr", {})));
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("button")];
    const here = all.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) { event.preventDefault(); all.at(to % all.length).focus(); }
    else if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); close(true); }
  });
  document.querySelector(".menu")?.remove();
  document.body.append(list);
  const box = anchor.getBoundingClientRect();
  list.style.top = `${Math.min(box.bottom + 4, innerHeight - list.offsetHeight - 8)}px`;
  list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - list.offsetWidth - 8))}px`;
  anchor.setAttribute("aria-expanded", "true");
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", plainClose);
  list.querySelector("button").focus();
}

export async function askClock(app) {
  const answer = await ask({
    title: w("clock-title"), submit: w("move"), cancel: w("cancel"),
    fields: [
      { name: "amount", label: w("amount"), type: "number", min: 1, value: "3" },
      { name: "unit", label: w("unit"), options: Object.keys(UNITS).map((unit) => [unit, w(unit)]) },
    ],
  });
  if (answer) await app.advance(Number(answer.amount) * UNITS[answer.unit]);
}

export function personMenu(app, person, anchor) {
  const act = (body) => () => app.actAs(person.key, body);
  const blocked = person.marks.includes("blocked");
  menu(anchor, w("options-for", { name: person.name }), [
    person.standing === "operator"
      ? { label: w("make-member"), run: act({ do: "standing", standing: "member" }) }
      : { label: w("make-operator"), run: act({ do: "standing", standing: "operator" }) },
    person.present ? { label: w("leave"), run: act({ do: "leave" }) } : { label: w("join"), run: act({ do: "join" }) },
    { label: w(blocked ? "unblock" : "block"), run: act({ do: blocked ? "unblock" : "block" }) },
    { label: w("ask-to-join"), run: () => askToJoin(app, person.key) },
    null,
    { label: w("no-language"), checked: !person.locale, run: act({ do: "locale", locale: "" }) },
    ...LOCALES.map((locale) => ({ label: w(`language-${locale}`), checked: person.locale === locale, run: act({ do: "locale", locale }) })),
  ]);
}

export async function askToJoin(app, key) {
  const answer = await ask({
    title: w("ask-title", { name: app.store.nameOf(key) }), submit: w("ask"), cancel: w("cancel"),
    fields: [{ name: "text", label: w("ask-text"), required: false, max: 300 }],
  });
  if (answer) await app.actAs(key, { do: "ask", text: answer.text });
}

export async function addPerson(app) {
  const answer = await ask({
    title: w("add-person-title"), submit: w("add"), cancel: w("cancel"), note: w("add-person-note"),
    fields: [
      { name: "name", label: w("name"), max: 48 },
      { name: "platform", label: w("platform"), options: PLATFORMS.map((platform) => [platform, w(platform)]) },
    ],
  });
  const done = answer && await app.plain({ do: "person", ...answer });
  if (done) app.actAsPerson(done.persona);
}

export async function addRoom(app) {
  const answer = await ask({
    title: w("add-room"), submit: w("add"), cancel: w("cancel"), fields: [{ name: "name", label: w("room-name"), max: 40, placeholder: "quiz" }],
  });
  const done = answer && await app.plain({ do: "room", name: answer.name });
  if (done) app.go(app.active.persona, done.room);
}
