// The page put together: one store, one link, one or two views.

import { el, icon } from "./dom.js";
import * as frame from "./frame.js";
import { Link } from "./link.js";
import { Pane } from "./pane.js";
import { Store } from "./store.js";
import { preferred, speak, w } from "./words.js";

const $ = (id) => document.getElementById(id);

class App {
  constructor() {
    this.store = new Store();
    this.kept = JSON.parse(localStorage.getItem("coterie.view") || "{}");
    this.panes = [new Pane(this.store, "one", this), new Pane(this.store, "two", this)];
    this.active = this.panes[0];
    this.ready = false;
    $("panes").append(...this.panes.map((pane) => pane.node));
    this.link = new Link({
      hello: () => ({ run: this.store.run, since: this.store.seq }),
      frame: (data) => this.take(data),
      state: (state) => this.connection(state),
    });
    this.wire();
    this.side(Boolean(this.kept.side));
    setInterval(() => frame.drawClock(this.store), 1000);
  }

  /** Frames are numbered: one that begins after what is known means that something was missed. */
  take(data) {
    if (data.kind === "change" && data.after > this.store.seq) { this.link.sync(); return; }
    const changed = this.store.take(data);
    if (!this.ready || changed === null) this.begin();
    else for (const pane of this.shown) this.store.moved ? pane.drawAll() : pane.update(changed);
    this.markRead();
    frame.drawClock(this.store);
    this.around();
  }

  get shown() { return this.panes.filter((pane) => !pane.node.hidden); }

  begin() {
    this.ready = true;
    const people = [...this.store.people.keys()];
    const room = [...this.store.rooms.values()].find((item) => item.kind !== "dm")?.id || "general";
    this.panes.forEach((pane, i) => {
      const kept = pane.persona ? pane : this.kept[pane.id] || {};
      const persona = this.store.people.has(kept.persona) ? kept.persona : people[i] || people[0];
      pane.show(persona, this.store.rooms.has(kept.room) || kept.room === `dm:${persona}` ? kept.room : room);
    });
  }

  /** What is on show now has been read by the person it is shown to. */
  markRead() {
    if (document.hidden) return;
    for (const pane of this.shown) this.store.read(pane.persona, pane.room);
  }

  around() {
    frame.drawPeople(this);
    frame.drawRail(this);
  }

  extraHead(pane) { return (this.kept.side && this.beside?.pickers(this, pane)) || ""; }

  /** Open a dialog or a menu of dialogs.js by its name. */
  async dialog(name, ...about) { return (await import("./dialogs.js"))[name](this, ...about); }

  activate(pane) {
    if (this.active === pane) return;
    this.active = pane;
    for (const one of this.panes) one.node.classList.toggle("active", one === pane);
    if (this.ready) this.around();
  }

  show(pane, persona, room) {
    if (this.active !== pane) this.activate(pane);
    pane.show(persona, room);
    this.markRead();
    this.around();
    const [one, two] = this.panes.map((item) => ({ persona: item.persona, room: item.room }));
    this.kept = { ...this.kept, one, two };
    localStorage.setItem("coterie.view", JSON.stringify(this.kept));
  }

  go(persona, room) {
    this.tab("chat");
    this.show(this.active, persona, room);
    if (!matchMedia("(pointer: coarse)").matches) this.active.composer.box.focus();
  }

  actAsPerson(key) {
    const { room } = this.active;
    this.go(key, room.startsWith("dm:") ? `dm:${key}` : room);
  }

  async actAs(persona, body) { return this.plain({ persona, ...body }); }

  /** An act that belongs to no view; what went wrong is said in the active one. */
  async plain(body) {
    this.active.say("");
    try {
      return await this.link.act(body);
    } catch (error) {
      this.active.say(w(`error-${error.code}`, {}, error.message));
      return null;
    }
  }

  async advance(ms) {
    $("clock").setAttribute("aria-busy", "true");
    await this.plain({ do: "advance", ms });
    $("clock").removeAttribute("aria-busy");
  }

  connection(state) {
    const down = state === "waiting";
    $("net").textContent = down ? w(this.ready ? "reconnecting" : "connecting") : "";
    document.body.classList.toggle("offline", down);
  }

  async side(on) {
    if (on) this.beside ??= await import("./side.js");
    document.body.classList.toggle("side", on);
    this.kept.side = on;
    $("side").setAttribute("aria-pressed", String(on));
    this.panes[1].node.hidden = !on;
    if (on && this.ready) this.beside.differ(this);
    if (!on) this.activate(this.panes[0]);
    localStorage.setItem("coterie.view", JSON.stringify(this.kept));
    if (this.ready) { for (const pane of this.shown) pane.drawAll(); this.markRead(); this.around(); }
  }

  tab(name) {
    document.body.dataset.tab = name;
    for (const button of $("tabs").children) button.setAttribute("aria-pressed", String(button.dataset.tab === name));
  }

  theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    return dark ? "dark" : "light";
  }

  drawTools() {
    const next = this.theme() === "dark" ? "light" : "dark";
    $("theme").replaceChildren(icon(next === "dark" ? "moon" : "sun"));
    $("theme").setAttribute("aria-label", w(`theme-${next}`));
    $("theme").title = w(`theme-${next}`);
    $("side").replaceChildren(icon("columns"), el("span", {}, w("side")));
    $("side").title = w("side-hint");
    $("clock-more").replaceChildren(icon("more"));
  }

  wire() {
    this.panes[0].node.classList.add("active");
    this.tab("chat");
    this.drawTools();
    $("theme").onclick = () => {
      const next = this.theme() === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      localStorage.setItem("coterie.theme", next);
      this.drawTools();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.drawTools());
    $("side").onclick = () => this.side(!this.kept.side);
    $("lang").onchange = async (event) => {
      await speak(event.target.value);
      this.drawTools();
      for (const pane of this.shown) pane.show(pane.persona, pane.room);
      this.around();
      $("now").textContent = "";
      frame.drawClock(this.store);
    };
    for (const button of document.querySelectorAll("#clock [data-ms]")) button.onclick = () => this.advance(Number(button.dataset.ms));
    $("clock-more").onclick = () => this.dialog("askClock");
    for (const button of $("tabs").children) button.onclick = () => this.tab(button.dataset.tab);
    document.addEventListener("visibilitychange", () => { if (this.ready && !document.hidden) { this.markRead(); this.around(); } });
    document.addEventListener("keydown", (event) => {
      const digit = /^Digit([1-9])$/.exec(event.code);
      if (!digit || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const key = [...this.store.people.keys()][Number(digit[1]) - 1];
      if (key) { event.preventDefault(); this.actAsPerson(key); }
    });
  }
}

const first = preferred();
await speak(first);
$("lang").value = first;
$("net").textContent = w("connecting");
new App();
