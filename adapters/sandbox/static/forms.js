// Forms and invoices inside the log.

import { el } from "./dom.js";
import { style } from "./later.js";
import { lang, w } from "./words.js";

await style("forms");

const ZERO_DIGITS = new Set(["XTR"]);

/** An amount in minor units with its currency. */
function money(minor, currency) {
  if (!/^[A-Z]{3}$/.test(currency) || ZERO_DIGITS.has(currency)) return `${minor.toLocaleString(lang())} ${currency}`;
  const style = new Intl.NumberFormat(lang(), { style: "currency", currency, currencyDisplay: "code" });
  return style.format(minor / 10 ** style.resolvedOptions().maximumFractionDigits);
}

function input(question, value, id, described) {
  const common = { id, name: question.name, data: { k: `q${question.name}` }, "aria-describedby": described || null,
    "aria-invalid": described.includes("-e") ? "true" : null, "aria-required": question.required === false ? null : "true" };
  if (question.kind === "long") return el("textarea", { ...common, rows: 3, value });
  const choices = question.kind === "bool" ? [["yes", w("yes")], ["no", w("no")]] : (question.choices || []).map((c) => [c, c]);
  if (choices.length) {
    return el("select", { ...common, value: null }, el("option", { value: "" }, w("choose")),
      choices.map(([key, label]) => el("option", { value: key, selected: key === value }, label)));
  }
  return el("input", { ...common, type: "text", value, autocomplete: "off", inputmode: question.kind === "int" ? "numeric" : null });
}

export function form(message, pane) {
  const { title, questions, answers = {}, errors = {}, token } = message.form;
  const loose = Object.entries(errors).filter(([name]) => !questions.some((question) => question.name === name));
  const send = (cancel) => (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(node)].map(([name, value]) => [name, String(value)]));
    pane.act({ do: "fill", message: message.id, answers: cancel ? {} : values, cancel }, node.querySelector(".primary"));
  };
  const node = el("form", { className: "card form", data: { token }, novalidate: true, onsubmit: send(false), "aria-label": title },
    el("h3", { dir: "auto" }, title),
    loose.map(([, error]) => el("p", { className: "error", role: "alert" }, error)),
    questions.map((question) => {
      const id = `${pane.id}-${message.id}-${question.name}`;
      const error = errors[question.name];
      const described = [question.help && `${id}-h`, error && `${id}-e`].filter(Boolean).join(" ");
      return el("div", { className: "question" },
        el("label", { for: id, dir: "auto" }, question.label,
          question.required === false && el("span", { className: "hint" }, ` ${w("optional")}`)),
        input(question, answers[question.name] ?? "", id, described),
        question.help && el("p", { id: `${id}-h`, className: "hint", dir: "auto" }, question.help),
        error && el("p", { id: `${id}-e`, className: "error", dir: "auto" }, error));
    }),
    el("div", { className: "buttons" },
      el("button", { type: "submit", className: "primary", data: { k: "submit" } }, w("submit")),
      el("button", { type: "button", data: { k: "cancel" }, onclick: send(true) }, w("cancel"))));
  return node;
}

export function invoice(message, pane) {
  const { title, description, amount, currency } = message.invoice;
  const price = money(amount, currency);
  return el("div", { className: `card invoice ${message.paid ? "good" : "plain"}` },
    el("h3", { dir: "auto" }, title),
    description && el("p", { className: "words", dir: "auto" }, description),
    el("p", { className: "price" }, price),
    el("div", { className: "buttons" }, message.paid
      ? el("strong", {}, w("paid"))
      : el("button", { type: "button", className: "primary", data: { k: "pay" },
        onclick: (event) => pane.act({ do: "pay", message: message.id }, event.currentTarget) }, w("pay", { price }))));
}
