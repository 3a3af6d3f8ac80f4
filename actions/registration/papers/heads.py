"""The heads of papers, read from `heads.yml`: which one a unit has, and who signs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.vietnamese import normalise, plain

HEADS_FILE = Path(__file__).with_name("heads.yml")
COPY_STYLES = ("underlined", "italic")
RULE = "rule"

_HEAD_KEYS = {"left", "right", "above", "name", "mark", "number", "copies"}
_UNIT_KEYS = {"head", "sign", "named"}
_NAMED_KEYS = {"begins", "head", "sign", "alone"}


@dataclass(frozen=True)
class RightLine:
    """A line at the right of a head: size in points, the length of the rule under it in millimetres (0: none)."""

    text: str
    size: float
    rule: int = 0


@dataclass(frozen=True)
class HeadKind:
    """One kind of head.

    `left` is the share of an upright sheet that its left half takes, `mark` is `RULE` or the sign under the name,
    `above_unknown` stands for a body above that nobody has named and may be empty. Sizes are in points.
    """

    left: float
    right: tuple[RightLine, ...]
    above_size: float
    above_unknown: str
    name_size: float
    mark: str
    number: str
    copies_heading: str
    copies: tuple[str, ...]
    copies_style: str


@dataclass(frozen=True)
class UnitHead:
    """The head of one unit: the name of its kind, who signs, and whether it has no body above it."""

    kind: str
    sign: str
    alone: bool = False


@cache
def heads_data(path: Path = HEADS_FILE) -> Mapping[str, Any]:
    """Return the content of the heads file; see `head_problems` for what it must hold."""
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@cache
def head_kind(name: str) -> HeadKind:
    """Return the kind of head called `name`; KeyError if there is none."""
    data = heads_data()["heads"][name]
    return HeadKind(
        left=data["left"] / 100,
        right=tuple(RightLine(**line) for line in data["right"]),
        above_size=data["above"]["size"],
        above_unknown=data["above"]["unknown"],
        name_size=data["name"]["size"],
        mark=data["mark"],
        number=data["number"],
        copies_heading=data["copies"]["heading"],
        copies=tuple(data["copies"]["lines"]),
        copies_style=data["copies"]["style"],
    )


def unit_head(unit_type: str | None, unit_name: str, of_plan: Mapping[str, str]) -> UnitHead:
    """Return the head of a unit; `of_plan` names other heads than the usual ones, by unit type."""
    data = heads_data()
    usual = data["units"].get(unit_type, data["other"])
    name = plain(normalise(unit_name))
    special: Mapping[str, Any] = next((each for each in usual.get("named", ()) if _begins(name, each["begins"])), {})
    kind = of_plan.get(unit_type or "") or special.get("head", usual["head"])
    return UnitHead(kind, special.get("sign", usual["sign"]), special.get("alone", False))


def _begins(name: str, beginnings: Collection[str]) -> bool:
    return any(f"{name} ".startswith(f"{plain(words)} ") for words in beginnings)


def head_problems(data: Any, unit_types: Collection[str]) -> list[str]:
    """Return what is wrong with the content of a heads file; [] if every unit type has its head."""
    if not isinstance(data, Mapping) or set(data) != {"heads", "units", "other"}:
        return ["must have the keys heads, units, other"]
    found = [problem for name, head in data["heads"].items() for problem in _kind_problems(name, head)]
    found += [f"units.{code} is missing" for code in unit_types if code not in data["units"]]
    found += [f"units.{code} is no unit type" for code in data["units"] if code not in unit_types]
    entries = [("other", data["other"], _UNIT_KEYS)]
    for code, entry in data["units"].items():
        entries.append((f"units.{code}", entry, _UNIT_KEYS))
        entries += [(f"units.{code}.named[{at}]", each, _NAMED_KEYS) for at, each in enumerate(entry.get("named", ()))]
    for key, entry, known in entries:
        found += [f"{key}.{name} is not a known key" for name in entry if name not in known]
        found += [f"{key}.{name} is missing" for name in ("head", "sign") if known is _UNIT_KEYS and name not in entry]
        if known is _NAMED_KEYS and not entry.get("begins"):
            found.append(f"{key}.begins is missing")
        if "head" in entry and entry["head"] not in data["heads"]:
            found.append(f"{key}.head: there is no head {entry['head']}")
    return found


def _kind_problems(name: str, head: Any) -> list[str]:
    if not isinstance(head, Mapping) or set(head) != _HEAD_KEYS:
        return [f"heads.{name} must have the keys {', '.join(sorted(_HEAD_KEYS))}"]
    found = [] if isinstance(head["left"], int) and 20 <= head["left"] <= 80 else [f"heads.{name}.left: 20 to 80"]
    found += [f"heads.{name}.right needs a line"] if not head["right"] else []
    for at, line in enumerate(head["right"]):
        if set(line) != {"text", "size", "rule"} or not line["text"]:
            found.append(f"heads.{name}.right[{at}] must have text, size and rule")
    if set(head["above"]) != {"size", "unknown"} or set(head["name"]) != {"size"}:
        found.append(f"heads.{name}: `above` has size and unknown, `name` has size")
    if not head["mark"] or not head["number"]:
        found.append(f"heads.{name}: `mark` and `number` say something")
    copies = head["copies"]
    if set(copies) != {"heading", "lines", "style"} or copies.get("style") not in COPY_STYLES:
        found.append(f"heads.{name}.copies must have heading, lines and a style of {', '.join(COPY_STYLES)}")
    return found
