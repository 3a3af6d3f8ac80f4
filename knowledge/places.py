"""The path of a clause as a person reads it."""

import re

from knowledge.structure import SEPARATOR, layout

_REPEATED = re.compile(r"(?P<mark>.+)\[(?P<number>\d+)\]")
_UNNUMBERED = {"¶": "paragraph", "-": "dash"}


def place(path: str, language: str) -> str:
    """Return a path as a person reads it: `mục III › 2, đoạn 1`, or `phần Nơi nhận` for a named part."""
    named = any(path.startswith(label) for label in layout()["labels"].values())
    rules: dict[str, dict[str, str]] = layout()["spoken"]
    return rules["part" if named else "section"][language].format(path=_spoken(path, language))


def _spoken(path: str, language: str) -> str:
    """Return `III[2] › 1 › ¶[3]` as `III (lần 2) › 1, đoạn 3`."""
    rules: dict[str, dict[str, str]] = layout()["spoken"]
    numbered, unnumbered = [], []
    for part in path.split(SEPARATOR):
        match = _REPEATED.fullmatch(part)
        mark, number = (match["mark"], match["number"]) if match else (part, "")
        if mark in _UNNUMBERED and number:
            unnumbered.append(rules[_UNNUMBERED[mark]][language].format(n=number))
        else:
            numbered.append(rules["again"][language].format(mark=mark, n=number) if number else part)
    return ", ".join([SEPARATOR.join(numbered), *unnumbered])
