// The chat page. Every text reaches the page through textContent; all wording stands in chat.html.
import { assistantMessage, fill, personMessage, word } from "./messages.js";

const DRAFT = "draft";
const find = (id) => document.getElementById(id);
const log = find("log");
const scroll = find("scroll");
const typing = find("typing");
const notice = find("notice");
const composer = find("composer");
const input = find("text");
const send = find("send");

let waiting = false;
let failed = null;

function setWaiting(now) {
  waiting = now;
  typing.hidden = !now;
  log.setAttribute("aria-busy", String(now));
  send.setAttribute("aria-disabled", String(now));
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

// A long answer is read from its first line: it is scrolled to the top edge rather than to its end.
function show(first) {
  toEnd();
  const above = first.getBoundingClientRect().top - scroll.getBoundingClientRect().top;
  if (above < 12) scroll.scrollTop += above - 12;
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
}

function setInput(text) {
  input.value = text;
  sessionStorage.setItem(DRAFT, text);
  grow();
}

function focusAfter(message) {
  const withKeyboard = window.matchMedia("(pointer: fine)").matches;
  (withKeyboard ? input : message).focus({ preventScroll: true });
}

async function post(content) {
  try {
    const response = await fetch("/api/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
    return await response.json();
  } catch {
    return { status: "unavailable", replies: [{ text: word("no-connection") }] };
  }
}

function oldChips() {
  return [...log.querySelectorAll(".chips:not([hidden])")];
}

// `content` is {text} or {payload}; `shown` is what the person reads in their own bubble.
async function ask(content, shown) {
  if (waiting || !shown.trim()) return;
  const chips = oldChips();
  for (const group of chips) group.hidden = true;
  notice.hidden = true;
  failed = null;
  const mine = personMessage(shown);
  mine.classList.add("waiting");
  log.append(mine);
  setWaiting(true);
  toEnd();
  const turn = await post(content);
  setWaiting(false);
  mine.classList.remove("waiting");
  if (turn.status === "answered") {
    const answers = turn.replies.map((reply) => assistantMessage(reply, choose));
    log.append(...answers);
    show(answers.length > 1 || !answers[0] ? mine : answers[0]);
    if (answers[0]) focusAfter(answers[0]);
    return;
  }
  mine.remove();
  for (const group of chips) group.hidden = false;
  failed = { content, shown };
  if (content.text !== undefined) setInput(input.value ? `${content.text}\n${input.value}` : content.text);
  notice.querySelector("p").textContent = turn.replies.map((reply) => reply.text).join(" ");
  notice.hidden = false;
  toEnd();
  input.focus({ preventScroll: true });
}

function choose(button) {
  ask({ payload: button.payload }, button.title);
}

function sendTyped() {
  const text = input.value;
  if (waiting || !text.trim()) return;
  setInput("");
  ask({ text }, text.trim());
}

function sendAgain() {
  if (failed && failed.content.payload !== undefined) ask(failed.content, failed.shown);
  else sendTyped();
}

async function restore() {
  setInput(sessionStorage.getItem(DRAFT) ?? "");
  try {
    const { entries } = await (await fetch("/api/history")).json();
    for (const group of entries.length ? oldChips() : []) group.hidden = true;
    const messages = entries.map((entry) => (entry.who === "person" ? personMessage(entry.text) : assistantMessage(entry, choose)));
    for (const message of messages.slice(0, -1)) fill(message, ".chips", (chips) => { chips.hidden = true; });
    log.append(...messages);
  } catch {
    // Without a history the page starts with the greeting.
  }
  log.dataset.ready = "true";
  toEnd();
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  sendTyped();
});
input.addEventListener("keydown", (event) => {
  // While an input method composes a Vietnamese syllable, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  sendTyped();
});
input.addEventListener("input", () => setInput(input.value));
find("again").addEventListener("click", sendAgain);
find("welcome").addEventListener("click", (event) => {
  const text = event.target.dataset?.text;
  if (text) ask({ text }, text);
});
restore();
