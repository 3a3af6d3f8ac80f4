"""Several questions in one message, told apart: at question marks, line breaks, semicolons, and at an "and"."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.asking import is_small_talk
from knowledge.vietnamese import is_marked, normalise, plain

_SENTENCE = re.compile(r"[^?？;；\n.!]*(?:[.!](?!\s|$)[^?？;；\n.!]*)*(?P<mark>[?？]+|[;；\n]|[.!]+(?=\s|$)|$)")
_BULLET = re.compile(r"^\s*(?:[-–•*+]|\(?\d{1,2}[.)/])\s+")
_AND = re.compile(r",? (?:và|va|and|&) ", re.IGNORECASE)
_LINE_GOES_ON = re.compile(r"(?<![?.!:;])\n(?=\s*[^\W\d_A-ZĐÀ-Ỹ])")
_SHORT_FORM = re.compile(r"(?:^|[\s(])(?:\w{1,2}|\d+|TP|TX|đ/c|ths|ts)\.$", re.IGNORECASE)


@cache
def conversation() -> dict[str, Any]:
    """Return `conversation.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("conversation.yml").read_text(encoding="utf-8"))
    return loaded


def split(message: str) -> tuple[str, ...]:
    """Return the questions of `message` in order, at most five; the message itself where it holds but one.

    A greeting is left out. A statement before a question stays with it: it may name the plan.
    """
    rules = conversation()["splitting"]
    questions: list[str] = []
    context: list[str] = []
    for sentence, asks in _sentences(message):
        if not asks:
            if not is_small_talk(normalise(sentence)):
                context.append(sentence)
            continue
        first, *more = _halves(sentence)
        questions += [" ".join([*context, first]), *more]
        context = []
    if len(questions) < 2:
        return (_without_greeting(message),)
    questions[-1] = " ".join([questions[-1], *context])
    return tuple(questions[: rules["at_most"]])


def only_greets(message: str) -> bool:
    """Tell whether `message` holds nothing but greetings, thanks and the like."""
    if is_small_talk(normalise(message)):
        return True
    sentences = [sentence for sentence, _ in _sentences(message)]
    return bool(sentences) and all(is_small_talk(normalise(sentence)) for sentence in sentences)


def _sentences(message: str) -> list[tuple[str, bool]]:
    """Return the sentences of `message`, each with whether it asks."""
    found: list[tuple[str, bool]] = []
    begun = ""
    for match in _SENTENCE.finditer(_LINE_GOES_ON.sub(" ", message)):
        begun += match.group()
        if match["mark"].startswith(".") and _SHORT_FORM.search(begun):
            continue
        sentence = _BULLET.sub("", begun).strip(" \t\r\n;；")
        begun = ""
        if any(letter.isalnum() for letter in sentence):
            found.append((sentence, _asks(sentence)))
    return found


def _asks(sentence: str) -> bool:
    rules, words = conversation()["splitting"], plain(normalise(sentence))
    if is_small_talk(normalise(sentence)):
        return False
    return (
        sentence.endswith(("?", "？")) or _has_question_word(sentence) or bool(re.search(rules["asks_by_name"], words))
    )


def _halves(sentence: str) -> list[str]:
    """Return `A` and `B` of "A và B" where both ask on their own, else the sentence."""
    rules = conversation()["splitting"]
    for match in _AND.finditer(sentence):
        left, right = sentence[: match.start()].strip(), sentence[match.end() :].strip()
        first, second = plain(normalise(left)), plain(normalise(right))
        stands = _has_question_word(left) and len(re.sub(rules["only_asks"], " ", first).split()) > 1
        begins = re.search(rules["begins"], second) and not re.search(rules["adjunct"], second)
        if stands and begins and _has_question_word(right) and not re.search(rules["leans"], second):
            return [left, *_halves(right)]
    return [sentence]


def _has_question_word(text: str) -> bool:
    """Tell whether `text` asks by a word; in marked text the marks must fit ("mấy", not "máy")."""
    rules, words = conversation()["splitting"], normalise(text)
    if is_marked(words):
        return bool(re.search(rules["asks_marked"], words.lower()))
    return bool(re.search(rules["asks"], plain(words)))


def _without_greeting(message: str) -> str:
    """Return `message` without the greetings before its question, where there is one."""
    sentences = _sentences(message)
    if not any(asks for _, asks in sentences):
        return message
    kept = [sentence for sentence, asks in sentences if asks or not is_small_talk(normalise(sentence))]
    return message if len(kept) == len(sentences) else " ".join(kept)
