"""The cues by which readers know the parts of a paper (`layout.yml`)."""

import re
from functools import cache
from pathlib import Path

import yaml


@cache
def cue(name: str) -> re.Pattern[str]:
    """Return the pattern of that name; KeyError if there is none."""
    loaded = yaml.safe_load(Path(__file__).with_name("layout.yml").read_text(encoding="utf-8"))
    return re.compile(loaded["cues"][name])
