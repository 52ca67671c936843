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

function form(message, pane) {
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

/** A poll: a button for each option with its votes; pressing what one has chosen takes it back. */
function poll(message, pane) {
  const { question, options, several, quiz, anonymous, closed, votes, correct, explanation } = message.poll;
  const mine = votes[pane.persona] || [];
  const over = closed || (quiz && mine.length > 0);
  const choose = (number) => (event) => {
    const kept = several ? mine.filter((one) => one !== number) : [];
    pane.act({ do: "vote", message: message.id, options: mine.includes(number) ? kept : [...kept, number] }, event.currentTarget);
  };
  return el("div", { className: "card poll", role: "group", "aria-label": question },
    el("h3", { dir: "auto" }, question),
    options.map((option, number) => {
      const voters = Object.keys(votes).filter((key) => votes[key].includes(number));
      return el("button", { type: "button", className: "option", disabled: over, data: { k: `v${number}` }, "aria-pressed": String(mine.includes(number)),
        title: anonymous ? null : voters.map((key) => pane.store.nameOf(key)).join(", "), onclick: choose(number) },
      el("span", { dir: "auto" }, option, correct.includes(number) && ` ✓ ${w("correct")}`), el("span", { className: "votes" }, String(voters.length)));
    }),
    explanation && el("p", { className: "words", dir: "auto" }, explanation),
    closed && el("p", { className: "hint" }, w("closed")));
}

function invoice(message, pane) {
  const { title, description, amount, currency } = message.invoice;
  const price = money(amount, currency);
  return el("div", { className: `card invoice ${message.paid ? "good" : "plain"}` },
    el("h3", { dir: "auto" }, title),
    description && el("p", { className: "words", dir: "auto" }, description),
    el("p", { className: "price" }, price),
    el("div", { className: "buttons" }, message.paid
      ? el("strong", {}, w(message.refunded ? "refunded" : "paid"))
      : el("button", { type: "button", className: "primary", data: { k: "pay" },
        onclick: (event) => pane.act({ do: "pay", message: message.id }, event.currentTarget) }, w("pay", { price }))));
}

/** What is rare, as the pane's persona sees it. */
export const rare = (message, pane) => (message.form ? form : message.poll ? poll : invoice)(message, pane);
