"""Questions for the holder of an office: a plan names one only where he or she signed it."""

import re
from dataclasses import replace

from knowledge.asking import Asked, kinds
from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.structure import layout
from knowledge.vietnamese import plain


def asked_of(plan: Plan, asked: Asked, question: str) -> Asked:
    """Return `asked`, as a question for the signer where `plan` was signed by the holder of the office asked for."""
    if asked.kind != "office_holder":
        return asked
    signed = plan.clause(layout()["labels"]["signer"])
    offices = re.findall(kinds()["words"]["office"], plain(question))
    if signed is None or not offices:
        return asked
    words = plain(fold(plan.text[signed.start : signed.end]))
    whole = rf"(?<!pho )\b{re.escape(offices[0])}\b"
    return replace(asked, kind="signer", strict=True) if re.search(whole, words) else asked
