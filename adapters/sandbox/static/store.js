// What the page knows: people, rooms and messages in their newest state, and what each person has not seen yet.

import { el, icon } from "./dom.js";
import { setZone, w } from "./words.js";

export class Store {
  constructor() {
    this.people = new Map();
    this.rooms = new Map();
    this.messages = new Map();
    this.byRoom = new Map();
    this.commands = [];
    this.run = "";
    this.seq = 0;
    this.clock = { now: Date.now(), runs: true, at: performance.now() };
    this.news = new Set();
  }

  /** Take a frame in; returns the changed messages, or null for a snapshot. `moved`: people, rooms or commands are others now. */
  take(frame) {
    const around = frame.people ? JSON.stringify([frame.people, frame.rooms, frame.commands]) : this.around;
    this.moved = around !== this.around;
    if (this.moved) {
      this.around = around;
      this.people = new Map(frame.people.map((person) => [person.key, person]));
      this.rooms = new Map(frame.rooms.map((room) => [room.id, room]));
      this.commands = frame.commands;
    }
    if (frame.clock) {
      this.clock = { ...frame.clock, at: performance.now() };
      setZone(frame.clock.zone);
    }
    const whole = frame.kind === "all";
    if (whole) {
      this.run = frame.run;
      this.messages.clear();
      this.byRoom.clear();
      this.news.clear();
    }
    for (const message of frame.messages || []) this.put(message, !whole);
    this.seq = frame.seq;
    return whole ? null : frame.messages || [];
  }

  put(message, live) {
    const held = this.messages.get(message.id);
    this.messages.set(message.id, message);
    const list = this.byRoom.get(message.room) || [];
    this.byRoom.set(message.room, list);
    if (held) list[list.indexOf(held)] = message;
    else {
      let i = list.length;
      while (i > 0 && this.before(message, list[i - 1])) i--;
      list.splice(i, 0, message);
      if (live) this.unread(message);
    }
  }

  unread(message) {
    for (const person of this.people.values()) {
      if (person.key !== message.author && !message.note && this.canSee(person, message)) this.news.add(`${person.key}\n${message.room}`);
    }
  }

  before(a, b) { return a.order < b.order; }

  canSee(person, message) {
    if (message.deleted || !person || (message.private_to && message.private_to !== person.key)) return false;
    const owner = this.rooms.get(message.room)?.owner;
    return owner ? owner === person.key : person.present;
  }

  visible(key, room) {
    const person = this.people.get(key);
    return (this.byRoom.get(room) || []).filter((message) => this.canSee(person, message));
  }

  hasNews(key, room) {
    return room ? this.news.has(`${key}\n${room}`) : [...this.news].some((item) => item.startsWith(`${key}\n`));
  }

  read(key, room) { return this.news.delete(`${key}\n${room}`); }

  now() { return this.clock.now + (this.clock.runs ? performance.now() - this.clock.at : 0); }

  nameOf(key) { return key === "bot" ? w("bot-name") : this.people.get(key)?.name || key; }

  /** Small words beside a name: the platform where it is not the sandbox, operator, away, bot. */
  badges(key) {
    if (key === "bot") return el("span", { className: "badge" }, w("bot"));
    const person = this.people.get(key);
    if (!person) return null;
    return [
      person.platform !== "sandbox" && el("span", { className: "badge" }, w(person.platform)),
      person.standing === "operator" && el("span", { className: "badge op", title: w("operator") }, icon("star"), el("span", {}, w("operator"))),
      person.tag && el("span", { className: "badge" }, person.tag),
      ...[...person.roles, ...person.marks.map((mark) => w(mark))].map((role) => el("span", { className: "badge" }, role)),
      !person.present && el("span", { className: "badge" }, w("away")),
    ];
  }

  /** The first words of a message, for quoting it. */
  gist(message) {
    const plain = (value) => (typeof value === "string" ? value : (value?.spans || []).map((span) => span.text).join(""));
    const text = message.card ? plain(message.card.title) || plain(message.card.text) : message.text || message.form?.title || message.invoice?.title || message.poll?.question || "";
    return text.length > 80 ? `${text.slice(0, 79)}…` : text;
  }
}
