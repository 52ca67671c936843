// One persona's view of one room: the log, what to do when it is empty, and the composer.

import { dayLine, draw } from "./cards.js";
import { Composer } from "./compose.js";
import { avatar, el, icon } from "./dom.js";
import { day, w } from "./words.js";

const AT_ONCE = 150;
const TOGETHER = 300_000;
const NEAR = 80;
const FEW = 10;

export class Pane {
  constructor(store, id, app) {
    this.store = store;
    this.id = id;
    this.app = app;
    this.limit = AT_ONCE;
    this.stuck = true;
    this.head = el("div", { className: "pane-head" });
    this.list = el("div", { role: "log", "aria-live": "polite" });
    this.log = el("div", { className: "log", role: "group", tabindex: "0",
      onscroll: () => this.scrolled(), onkeydown: (event) => this.walk(event) }, this.list);
    this.down = el("button", { type: "button", className: "down", hidden: true, onclick: () => this.toEnd() }, icon("down"), w("new-messages"));
    this.trouble = el("p", { className: "trouble", role: "alert" });
    this.composer = new Composer(this);
    this.node = el("section", { className: "pane", onfocusin: () => app.activate(this), onpointerdown: () => app.activate(this) },
      this.head, el("div", { className: "log-box" }, this.log, this.down), this.trouble, this.composer.node);
    // Pictures, forms and a second view change heights late: whoever reads the end stays there.
    const watch = new ResizeObserver(() => { if (this.stuck) this.toEnd(); });
    watch.observe(this.list);
    watch.observe(this.log);
  }

  get person() { return this.store.people.get(this.persona); }
  get place() { return this.store.rooms.get(this.room) || { id: this.room, title: this.room, kind: this.room.startsWith("dm:") ? "dm" : "room" }; }
  get isDirect() { return this.place.kind === "dm"; }
  get title() { return this.isDirect ? w("bot-name") : this.place.title; }

  /** The commands that the persona may use. */
  commands() {
    return this.store.commands.filter((command) => command.level !== "operator" || this.person?.standing === "operator");
  }

  show(persona, room) {
    this.persona = persona;
    this.room = room;
    this.limit = AT_ONCE;
    this.composer.replyTo(null);
    this.say("");
    this.list.replaceChildren();
    this.drawAll();
    this.toEnd();
  }

  say(sentence) {
    this.trouble.textContent = sentence;
  }

  /** Do something as the persona; true when it is committed. What went wrong stands above the composer. */
  async act(body, control = null) {
    control?.setAttribute("aria-busy", "true");
    this.say("");
    try {
      await this.app.link.act({ persona: this.persona, ...body });
      return true;
    } catch (error) {
      this.say(w(`error-${error.code}`, {}, error.message));
      return false;
    } finally {
      control?.removeAttribute("aria-busy");
    }
  }

  drawHead() {
    const person = this.person;
    if (!person) return;
    this.head.replaceChildren(
      el("h2", {}, this.isDirect && icon("bot"), el("span", { dir: "auto" }, this.title)),
      el("p", {}, w("seen-by"), avatar(person.name, { away: !person.present }), el("b", { dir: "auto" }, person.name), this.store.badges(person.key)),
      this.app.extraHead(this));
    this.node.setAttribute("aria-label", w("view-of", { name: person.name, place: this.title }));
    for (const node of [this.log, this.list]) node.setAttribute("aria-label", w("messages-in", { place: this.title }));
    this.composer.address(person.name, this.title, this.isDirect || person.present);
  }

  /** Everything anew: another persona, another room, or something that cannot be patched in. */
  drawAll() {
    this.drawHead();
    if (!this.person) return;
    this.list.setAttribute("aria-live", "off");
    // A form that somebody is filling in stays as it is.
    const focus = document.activeElement;
    this.forms = new Map([...this.list.querySelectorAll("article:has(form)")].map((node) => [node.message, node]));
    const all = this.store.visible(this.persona, this.room);
    const shown = all.slice(-this.limit);
    this.list.replaceChildren();
    this.last = null;
    if (all.length > shown.length || this.place.more) this.list.append(this.earlierButton(all.length > shown.length));
    for (const message of shown) this.append(message);
    if (all.length < (this.isDirect || this.app.kept.side ? 1 : FEW)) this.teach();
    if (this.stuck) this.toEnd();
    if (this.list.contains(focus)) focus.focus({ preventScroll: true });
    setTimeout(() => this.list.setAttribute("aria-live", "polite"), 200);
  }

  earlierButton(held) {
    const open = async () => (await import("./earlier.js")).earlier(this, held);
    return el("button", { type: "button", className: "earlier", onclick: open }, w("earlier"));
  }

  append(message) {
    const last = this.last;
    const sameDay = last && day(last.at) === day(message.at);
    if (!sameDay) this.list.append(dayLine(message.at));
    const joined = sameDay && !message.note && !last.note && last.author === message.author && !message.reply_to
      && last.private_to === message.private_to && message.at - last.at < TOGETHER;
    const node = this.forms.get(message) || draw(message, this, joined);
    node.message = message;
    this.list.append(node);
    this.last = message;
  }

  /** Take in changed messages: patch what stands, append what is new, and only otherwise draw everything. */
  update(messages) {
    let fresh = false;
    for (const message of messages) {
      if (message.room !== this.room) continue;
      const old = this.list.querySelector(`[data-id="${CSS.escape(message.id)}"]`);
      const seen = this.store.canSee(this.person, message);
      if (old && seen) this.patch(old, message);
      else if (seen && this.last && !this.store.before(message, this.last)) { this.append(message); fresh = true; }
      else if (old || seen) { this.drawAll(); break; }
    }
    if (this.stuck) this.toEnd();
    else if (fresh) this.down.hidden = false;
  }

  /** Redraw one message without losing the focus, or what is being written into its form. */
  patch(old, message) {
    const focus = document.activeElement;
    const key = old.contains(focus) ? focus.dataset.k : null;
    const node = draw(message, this, old.classList.contains("joined"));
    const before = old.querySelector("form");
    const after = node.querySelector("form");
    if (before && after && before.dataset.token === after.dataset.token) {
      for (const field of before.elements) if (field.name && after.elements[field.name]) after.elements[field.name].value = field.value;
    }
    node.message = message;
    old.replaceWith(node);
    if (this.last?.id === message.id) this.last = message;
    const wrong = node.querySelector("[aria-invalid]");
    if (key && wrong) wrong.focus();
    else if (key) node.querySelector(`[data-k="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  }

  /** A room in which little has happened shows the next steps. */
  async teach() {
    const { guide } = await import("./guide.js");
    if (!this.list.querySelector(".empty")) this.list.prepend(guide(this.app, this));
  }

  /** Up and Down walk through the messages; Tab then reaches what a message offers. */
  walk(event) {
    const here = event.target.closest("article");
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || (event.target !== this.log && event.target !== here)) return;
    const all = [...this.list.querySelectorAll("article")];
    const to = here ? all.indexOf(here) + (event.key === "ArrowUp" ? -1 : 1) : all.length - 1;
    event.preventDefault();
    all[Math.max(0, Math.min(to, all.length - 1))]?.focus();
  }

  toEnd() {
    this.stuck = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.down.hidden = true;
  }

  scrolled() {
    this.stuck = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR;
    if (this.stuck) this.down.hidden = true;
  }
}
