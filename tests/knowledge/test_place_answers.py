from collections.abc import Mapping

from knowledge.answers import Answer, verify
from knowledge.composing import one_plan
from knowledge.corpus import Plan
from knowledge.named_places import read_places
from knowledge.place_answers import said_at, without_place


def test_a_section_is_its_heading_and_the_headings_below_it(plans: Mapping[str, Plan]) -> None:
    finding = said_at(plans["caobang-2023"], ["III"], "vi")
    assert [citation.path for citation in finding.citations] == ["III", "III › 1", "III › 2", "III › 3"]
    assert "“1. Sở Nội vụ”" in finding.direct


def test_a_section_without_headings_is_cut_to_the_length_of_a_quotation(plans: Mapping[str, Plan]) -> None:
    finding = said_at(plans["yenbai-duk-2023"], ["II"], "en")
    assert finding.citations[0].quote == "II. MỤC TIÊU CỤ THỂ NĂM 2022"
    assert len(finding.citations) > 1 and sum(len(citation.quote) for citation in finding.citations) <= 600


def test_both_sections_of_one_number(plans: Mapping[str, Plan]) -> None:
    finding = said_at(plans["yenbai-duk-2023"], ["III", "III[2]"], "vi")
    assert "III[2]" in [citation.path for citation in finding.citations]
    assert finding.direct.count("Yên Bái 2023") == 2


def test_every_place_of_every_plan_can_be_said_faithfully(plans: Mapping[str, Plan]) -> None:
    said = 0
    for plan in plans.values():
        for clause in plan.root.walk():
            if clause.path and clause.spans:
                finding = said_at(plan, [clause.path], "vi")
                answer = Answer("answered", one_plan(finding, "vi"), (plan.id,), finding.citations)
                assert verify(answer, plans).citations[0].path == clause.path
                said += 1
    assert said > 200


def test_what_there_is_instead_is_cited(plans: Mapping[str, Plan]) -> None:
    (mention,) = read_places("mục III").mentions
    finding = without_place(plans["honglinh-2023"], mention, "vi")
    assert not finding.answers
    assert [citation.path for citation in finding.citations] == ["I", "II", "IV"]
    assert "“IV. TỔ CHỨC THỰC HIỆN”" in finding.notes[0]
    (column,) = read_places("cột 2").mentions
    assert without_place(plans["caobang-2023"], column, "en").citations == ()
