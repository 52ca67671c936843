// The line at the bottom: writing, the "/" menu, replies.

import { el, icon } from "./dom.js";
import { lang, w } from "./words.js";

const MOST = 8000;
const SHOWN = 50;

export class Composer {
  constructor(pane) {
    this.pane = pane;
    this.reply = null;
    this.pick = 0;
    this.found = [];
    const id = `${pane.id}-menu`;
    this.list = el("ul", { id, role: "listbox", className: "commands", "aria-label": w("commands"), hidden: true });
    this.context = el("p", { className: "replying", hidden: true });
    this.usage = el("p", { className: "usage", id: `${pane.id}-usage` });
    this.box = el("textarea", {
      rows: 1, maxlength: MOST, role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
      "aria-describedby": `${pane.id}-usage`, oninput: () => this.changed(), onkeydown: (event) => this.key(event),
      onblur: () => setTimeout(() => this.close(), 150),
    });
    this.submit = el("button", { type: "submit", className: "primary", "aria-label": w("send"), title: w("send") }, icon("send"));
    this.form = el("form", { onsubmit: (event) => { event.preventDefault(); this.send(); } }, this.box, this.submit);
    this.node = el("div", { className: "composer" }, this.list, this.context, this.usage, this.form);
  }

  /** Name the box for who writes where. */
  address(name, place, able) {
    const label = w("write", { name, place });
    this.box.placeholder = label;
    this.box.setAttribute("aria-label", label);
    this.box.disabled = this.submit.disabled = !able;
  }

  fill(text) {
    this.box.value = text;
    this.changed();
    this.close();
    this.box.focus();
  }

  replyTo(message) {
    this.reply = message;
    this.context.hidden = !message;
    if (!message) return;
    this.context.replaceChildren(icon("reply"), `${w("replying", { name: this.pane.store.nameOf(message.author) })} `,
      el("button", { type: "button", "aria-label": w("cancel"), onclick: () => this.replyTo(null) }, icon("close")));
    this.box.focus();
  }

  changed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 160)}px`;
    const typed = /^\/(\S*)(\s?)/.exec(this.box.value);
    const commands = this.pane.commands();
    const exact = typed && commands.find((command) => command.name === typed[1]);
    this.usage.textContent = exact && typed[2] ? `${exact.usage}` : "";
    const word = typed && !typed[2] ? typed[1].toLowerCase() : null;
    this.found = word === null ? [] : [
      ...commands.filter((command) => command.name.startsWith(word)),
      ...commands.filter((command) => !command.name.startsWith(word) && command.name.includes(word)),
    ].slice(0, SHOWN);
    this.pick = 0;
    this.show();
  }

  show() {
    this.list.hidden = this.found.length === 0;
    this.box.setAttribute("aria-expanded", String(this.found.length > 0));
    this.list.replaceChildren(...this.found.map((command, i) => el("li", {
      role: "option", id: `${this.list.id}-${i}`, "aria-selected": String(i === this.pick),
      onpointerdown: (event) => { event.preventDefault(); this.pick = i; this.complete(); },
    }, el("code", {}, command.usage || `/${command.name}`), el("span", {}, command.description[lang()] || command.description.en || ""),
      command.level && command.level !== "member" && el("em", {}, w(`level-${command.level}`, {}, command.level)))));
    if (this.found.length) this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.pick}`);
    else this.box.removeAttribute("aria-activedescendant");
    this.list.children[this.pick]?.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.found = [];
    this.show();
  }

  complete() {
    const command = this.found[this.pick];
    this.box.value = `/${command.name}${/\s/.test(command.usage) ? " " : ""}`;
    this.changed();
    this.close();
    this.box.focus();
  }

  key(event) {
    // An input method is choosing a character: its Enter is not ours.
    if (event.isComposing || event.keyCode === 229) return;
    const open = this.found.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.pick = (this.pick + (event.key === "ArrowDown" ? 1 : this.found.length - 1)) % this.found.length;
      this.show();
    } else if (open && event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (open && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      this.complete();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (open && this.box.value !== `/${this.found[this.pick].name}`) this.complete();
      else this.send();
    } else if (event.key === "Escape" && this.reply) {
      this.replyTo(null);
    }
  }

  /** Send; what was written comes back into an empty box when it could not be sent. */
  async send() {
    const text = this.box.value.trim();
    if (!text) return;
    const reply = this.reply;
    this.box.value = "";
    this.replyTo(null);
    this.changed();
    const sent = await this.pane.act({ do: "post", room: this.pane.room, text, reply_to: reply?.id || "" });
    if (!sent && !this.box.value) {
      this.box.value = text;
      this.replyTo(reply);
    }
    this.box.focus();
  }
}
