// How a message looks: typed text, bot cards, the town's own lines.

import { avatar, el, icon } from "./dom.js";
import { day, time, w } from "./words.js";

const STYLES = [[1, "strong"], [2, "em"], [4, "s"], [8, "code"]];
const SPOILER = 16;
const QUOTE = 32;
const REACTIONS = ["👍", "❤️", "🎉", "😂"];
let forms = null;
const SAFE_URL = /^(https?|tg):\/\//i;

/** Rich text from JSON: a plain string, or spans with looks, links and mentions. */
export function rich(value) {
  if (!value) return [];
  if (typeof value === "string") return [value];
  return value.spans.map((span) => {
    let node = span.member ? el("span", { className: "mention" }, `@${span.text.replace(/^@/, "")}`) : span.text;
    for (const [bit, tag] of STYLES) if (span.style & bit) node = el(tag, {}, node);
    if (span.style & QUOTE) node = el("span", { className: "quote" }, node);
    if (span.url && SAFE_URL.test(span.url)) node = el("a", { href: span.url, target: "_blank", rel: "noopener noreferrer" }, node);
    if (!(span.style & SPOILER)) return node;
    const cover = el("button", { type: "button", className: "spoiler", "aria-label": w("spoiler") }, el("span", {}, node));
    cover.addEventListener("click", () => cover.replaceWith(el("span", { className: "revealed" }, node)));
    return cover;
  });
}

function button(message, item, pane) {
  const label = rich(item.label);
  if (item.url) {
    return SAFE_URL.test(item.url)
      ? el("a", { className: "button", href: item.url, target: "_blank", rel: "noopener noreferrer" }, label) : null;
  }
  return el("button", {
    type: "button", className: item.style || "normal", data: { k: `b${item.token}` }, disabled: !item.token,
    onclick: (event) => pane.act({ do: "tap", message: message.id, token: item.token }, event.currentTarget),
  }, label);
}

function card(message, pane) {
  const { title, text, fields = [], buttons = [], footer, picture, tone = "plain" } = message.card;
  return el("div", { className: `card ${tone}` },
    title && el("h3", { dir: "auto" }, rich(title)),
    text && el("p", { className: "words", dir: "auto" }, rich(text)),
    message.pictures?.map((one) => el("img", { ...one, loading: "lazy" }))
      || picture && el("p", { className: "alt" }, picture.alt),
    fields.length > 0 && el("dl", {}, fields.map((field) =>
      el("div", { className: field.inline === false ? "wide" : "" },
        el("dt", { dir: "auto" }, rich(field.name)), el("dd", { dir: "auto" }, rich(field.value))))),
    footer && el("p", { className: "footer", dir: "auto" }, rich(footer)),
    buttons.map((row) => el("div", { className: "buttons" }, row.map((item) => button(message, item, pane)))));
}

function reactions(message, pane) {
  const list = Object.entries(message.reactions || {});
  return list.length > 0 && el("p", { className: "reactions" }, list.map(([emoji, keys]) =>
    el("button", { type: "button", "aria-pressed": String(keys.includes(pane.persona)),
      title: keys.map((key) => pane.store.nameOf(key)).join(", "), data: { k: `r${emoji}` },
      onclick: (event) => pane.act({ do: "react", message: message.id, emoji }, event.currentTarget) }, `${emoji} ${keys.length}`)));
}

function tools(message, pane) {
  const bar = el("div", { className: "tools", role: "group", "aria-label": w("message-tools") },
    REACTIONS.map((emoji) => el("button", { type: "button", "aria-label": w("react", { emoji }),
      onclick: (event) => pane.act({ do: "react", message: message.id, emoji }, event.currentTarget) }, emoji)),
    el("button", { type: "button", "aria-label": w("reply"), title: w("reply"), onclick: () => pane.composer.replyTo(message) }, icon("reply")));
  return bar;
}

/** Forms, invoices and polls are rare: how they look is loaded with the first of them. */
function later(message, pane) {
  if (forms) return forms.rare(message, pane);
  import("./forms.js").then((loaded) => {
    forms = loaded;
    pane.update([message]);
  });
  return null;
}

function body(message, pane) {
  // What the bot sends without a card is a form, an invoice or a poll.
  if (!message.card) return message.author === "bot" ? later(message, pane) : el("p", { className: "words", dir: "auto" }, message.text);
  const { title, fields, buttons, picture, footer, tone } = message.card;
  const bare = !title && !fields && !buttons && !picture && !footer && !tone;
  return bare ? el("p", { className: "words", dir: "auto" }, rich(message.card.text)) : card(message, pane);
}

/** The line of a day, where the day changes. */
export function dayLine(at) {
  return el("p", { className: "day" }, el("span", {}, day(at)));
}

/** One message as the pane's persona sees it; `joined` leaves out the author's name and picture. */
export function draw(message, pane, joined) {
  const stamp = el("time", { datetime: new Date(message.at).toISOString(), title: `${day(message.at)}, ${time(message.at, true)}` }, time(message.at));
  if (message.note) {
    const name = pane.store.nameOf(message.about);
    return el("article", { className: "line", tabindex: "-1", data: { id: message.id } }, el("span", { dir: "auto" }, w(`note-${message.note}`, { name }, message.text)), " ", stamp);
  }
  const bot = message.author === "bot";
  const name = bot ? w("bot-name") : pane.store.nameOf(message.author);
  const answered = message.reply_to && pane.store.messages.get(message.reply_to);
  const edited = message.edits > 0 && el("span", { className: "hint" }, w("edited"));
  const kind = `message${joined ? " joined" : ""}${message.private_to && !pane.isDirect ? " private" : ""}`;
  return el("article", { className: kind, tabindex: "-1", data: { id: message.id, k: message.id }, "aria-label": w("message-by", { name }) },
    joined ? el("span", { className: "avatar-space" }) : avatar(name, { bot }),
    el("div", { className: "body" },
      !joined && el("p", { className: "head" }, el("b", { dir: "auto" }, name), pane.store.badges(message.author), stamp, edited),
      message.pinned && el("p", { className: "only" }, w("pinned")),
      message.private_to && !pane.isDirect && el("p", { className: "only" }, icon("eye"), w("only-you")),
      answered && !answered.deleted && el("p", { className: "answered", dir: "auto" },
        icon("reply"), `${pane.store.nameOf(answered.author)}: ${pane.store.gist(answered)}`),
      body(message, pane),
      joined && edited,
      reactions(message, pane)),
    !message.private_to && tools(message, pane));
}
