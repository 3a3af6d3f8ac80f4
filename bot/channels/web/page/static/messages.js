// Makes the elements of a conversation out of the templates in chat.html.

const FIELDS = [
  "unit_name", "unit_type", "registration_type", "field", "model_name",
  "quantity", "start_period", "location", "scale", "completion_period",
];
const words = new Map(
  [...document.querySelectorAll("#words dt")].map((term) => [term.textContent, term.nextElementSibling.textContent]),
);

export function word(key) {
  return words.get(key) ?? "";
}

function made(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}

export function fill(element, selector, change) {
  const found = element.querySelector(selector);
  if (found) change(found);
}

function message(who, text) {
  const article = made("message-template");
  article.classList.add(who);
  article.querySelector("h2").textContent = word(who === "person" ? "you" : "assistant");
  const bubble = article.querySelector(".bubble");
  bubble.textContent = text;
  if (!text) bubble.remove();
  return article;
}

export function personMessage(text) {
  return message("person", text);
}

export function assistantMessage(reply, choose) {
  const article = message("assistant", reply.text);
  fill(article, ".bubble", (bubble) => bubble.replaceChildren(...quoted(reply.text, reply.citations ?? [])));
  if (reply.citations?.length) article.append(citations(reply));
  for (const file of reply.files ?? []) article.append(paper(file));
  if (reply.form) article.append(progress(reply.form));
  if (reply.buttons?.length) article.append(chips(reply.buttons, choose));
  return article;
}

function paper(file) {
  const link = document.createElement("a");
  link.className = "paper";
  link.href = file.link;
  link.textContent = `${word("download")} ${file.name}`;
  return link;
}

// The text in pieces, the plans' own words set off from the words around them.
function quoted(text, cited) {
  const pieces = [];
  let rest = text;
  for (const { quote } of cited) {
    const at = rest.indexOf(quote);
    if (at < 0 || !quote) continue;
    const words = document.createElement("span");
    words.className = "quoted";
    words.textContent = quote;
    pieces.push(rest.slice(0, at), words);
    rest = rest.slice(at + quote.length);
  }
  return [...pieces, rest];
}

function chips(buttons, choose) {
  const group = document.createElement("div");
  group.className = "chips";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", word("choices"));
  for (const button of buttons) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip";
    chip.textContent = button.title;
    chip.addEventListener("click", () => choose(button));
    group.append(chip);
  }
  return group;
}

// What already stands in the bubble above, quote or source, is not repeated on its card.
function citations(reply) {
  const list = document.createElement("ul");
  list.className = "citations";
  list.setAttribute("aria-label", word("sources"));
  list.classList.toggle("many", reply.citations.length > 2);
  for (const cited of reply.citations) {
    const card = made("citation-template");
    const quote = card.querySelector("q");
    if (reply.text.includes(cited.quote)) quote.remove();
    else quote.textContent = cited.quote;
    card.querySelector("a").href = cited.link;
    const year = cited.year && !cited.title.includes(cited.year) ? cited.year : null;
    const source = card.querySelector(".source");
    if (cited.issuer && reply.text.includes(cited.title) && reply.text.includes(cited.issuer)) source.remove();
    else source.textContent = [cited.title, cited.issuer, year].filter(Boolean).join(" · ");
    card.querySelector(".path").textContent = cited.place;
    list.append(card);
  }
  return list;
}

function progress(form) {
  const element = made("progress-template");
  const bar = element.querySelector("progress");
  const number = FIELDS.indexOf(form.slot) + 1;
  let label = word(`state-${form.state}`);
  if (form.reference) label += ` · ${form.reference}`;
  bar.max = FIELDS.length;
  bar.value = form.state === "asking" || form.state === "paused" ? Math.max(number - 1, 0) : FIELDS.length;
  bar.hidden = !["asking", "reviewing"].includes(form.state) || (form.state === "asking" && !number);
  element.querySelector("span").textContent = label;
  return element;
}
