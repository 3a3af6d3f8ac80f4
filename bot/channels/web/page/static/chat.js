// The chat page. Every text reaches the page through textContent; all wording stands in chat.html.
import { keep, kept } from "./keeping.js";
import { assistantMessage, fill, personMessage, word } from "./messages.js";

const DRAFT = "draft";
const UNANSWERED = "unanswered";
const find = (id) => document.getElementById(id);
const log = find("log");
const scroll = find("scroll");
const typing = find("typing");
const notice = find("notice");
const again = find("again");
const composer = find("composer");
const input = find("text");
const send = find("send");

let waiting = false;
let failed = null; // {content, shown} of the message that was not handled

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
  keep(DRAFT, text);
  grow();
}

function focusAfter(message) {
  const withKeyboard = window.matchMedia("(pointer: fine)").matches;
  (withKeyboard ? input : message).focus({ preventScroll: true });
}

function tell(text, canSendAgain) {
  notice.querySelector("p").textContent = text;
  again.hidden = !canSendAgain;
  notice.hidden = false;
  toEnd();
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

// The same message sent again keeps its id, so that it is handled once. (crypto.randomUUID needs HTTPS.)
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// `said` is {text} or {payload}, with its id once it was sent; `shown` is what the person reads in their own bubble.
async function ask(said, shown) {
  if (waiting || !shown.trim()) return;
  const content = { id: newId(), ...said };
  const chips = oldChips();
  for (const group of chips) group.hidden = true;
  notice.hidden = true;
  failed = null;
  const mine = personMessage(shown);
  mine.classList.add("waiting");
  log.append(mine);
  setWaiting(true);
  toEnd();
  keep(UNANSWERED, { content, shown });
  const turn = await post(content);
  setWaiting(false);
  mine.classList.remove("waiting");
  if (turn.status === "answered") {
    keep(UNANSWERED, null);
    const answers = turn.replies.map((reply) => assistantMessage(reply, choose));
    if (turn.replies.some((reply) => reply.erased)) log.replaceChildren(mine);
    log.append(...answers);
    show(answers.length > 1 || !answers[0] ? mine : answers[0]);
    if (answers[0]) focusAfter(answers[0]);
    return;
  }
  mine.remove();
  for (const group of chips) group.hidden = false;
  failed = { content, shown };
  if (content.text !== undefined) setInput(input.value ? `${content.text}\n${input.value}` : content.text);
  tell(turn.replies.map((reply) => reply.text).join(" "), true);
  input.focus({ preventScroll: true });
}

function choose(button) {
  ask({ payload: button.payload }, button.title);
}

function sendTyped() {
  const text = input.value;
  if (waiting || !text.trim()) return;
  const said = failed && failed.content.text === text ? failed.content : { text };
  setInput("");
  ask(said, text.trim());
}

function sendAgain() {
  if (failed && failed.content.payload !== undefined) ask(failed.content, failed.shown);
  else sendTyped();
}

// A message on its way when the page was left is offered again under its id, unless it was answered meanwhile.
function takeUp(entries) {
  const left = kept(UNANSWERED);
  if (left && !entries.some((entry) => entry.id === left.content.id)) {
    failed = left;
    if (left.content.text === undefined) tell(word("left-choice"), true);
    else if (!input.value) setInput(left.content.text);
  } else {
    keep(UNANSWERED, null);
  }
}

function showHistory(entries) {
  if (!entries.length) return;
  for (const group of oldChips()) group.hidden = true;
  const messages = entries.map((entry) => (entry.who === "person" ? personMessage(entry.text) : assistantMessage(entry, choose)));
  for (const message of messages.slice(0, -1)) fill(message, ".chips", (chips) => { chips.hidden = true; });
  log.append(...messages);
}

// Without its cookie every message would be a stranger's: the page says so rather than forget what was said.
function refuse() {
  find("cookieless").hidden = false;
  composer.hidden = true;
  for (const group of oldChips()) group.hidden = true;
}

async function restore() {
  setInput(kept(DRAFT) ?? "");
  log.setAttribute("aria-live", "off"); // what was said before is not read out again
  try {
    const response = await fetch("/api/history");
    const { known, entries, replies } = await response.json();
    if (response.ok) {
      if (!known) refuse();
      showHistory(entries);
      takeUp(entries);
    } else {
      tell(replies.map((reply) => reply.text).join(" "), false);
    }
  } catch {
    // Without a history the page starts with the greeting.
  }
  log.dataset.ready = "true";
  toEnd();
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function refuseFiles(event, files) {
  if (!files?.length) return;
  event.preventDefault();
  tell(word("file"), false);
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
again.addEventListener("click", sendAgain);
find("welcome").addEventListener("click", (event) => {
  const text = event.target.dataset?.text;
  if (text) ask({ text }, text);
});
input.addEventListener("paste", (event) => {
  // Office programs put a picture beside copied text: the text is what was meant.
  if (!event.clipboardData.types.includes("text/plain")) refuseFiles(event, event.clipboardData.files);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => refuseFiles(event, event.dataTransfer.files));
if (window.parent !== window) {
  document.documentElement.classList.add("framed");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) window.parent.postMessage("close", "*");
  });
  window.addEventListener("message", (event) => {
    if (event.source === window.parent && event.data === "opened") focusAfter(scroll);
  });
}
restore();
