"""A believable conversation over the real plans, for tests that look at the page."""

from typing import Any

from knowledge.corpus import Plan, load_plans
from knowledge.reading import fold

PLANS = load_plans()


def cite(plan: Plan, path: str) -> dict[str, Any]:
    passage = next(passage for passage in plan.passages if passage.path == path)
    quote = fold(plan.text[passage.start : passage.end])
    return {
        "plan_id": plan.id,
        "path": path,
        "quote": quote,
        "start": passage.start,
        "end": passage.end,
    }


def answer(*citations: dict[str, Any]) -> dict[str, Any]:
    plan_ids = sorted({citation["plan_id"] for citation in citations})
    return {
        "custom": {
            "kind": "answer",
            "outcome": "answered",
            "plan_ids": plan_ids,
            "citations": list(citations),
        }
    }


def choice(plan_id: str) -> dict[str, str]:
    return {"title": PLANS[plan_id].label, "payload": f'/choose_plan{{"plan_id": "{plan_id}"}}'}


def form(state: str, slot: str | None = None, reference: str | None = None) -> dict[str, Any]:
    return {
        "custom": {
            "kind": "form",
            "state": state,
            "slot": slot,
            "reference": reference,
            "plan_id": "yenbai-duk-2023",
        }
    }


def script(sender: str, text: str) -> list[dict[str, Any]]:
    if text.startswith("Đơn vị nào theo dõi"):
        return [
            {
                "text": "Các kế hoạch nêu như sau:\n"
                "- Cao Bằng 2023: Sở Nội vụ (mục III › 1)\n"
                "- Bắc Kạn 2024: Phòng Hành chính tổ chức - Quản trị tài vụ (mục III › 2)\n"
                "Anh/Chị chọn một kế hoạch để xem đầy đủ.",
                "buttons": [choice("caobang-2023"), choice("backan-vp-2024")],
            },
            answer(cite(PLANS["caobang-2023"], "III › 1 › ¶[1]"), cite(PLANS["backan-vp-2024"], "III › 2")),
        ]
    if text.startswith("Hạn báo cáo"):
        plans = ("yenbai-duk-2023", "honglinh-2023", "backan-vp-2024")
        return [{"text": "Anh/Chị hỏi theo kế hoạch nào?", "buttons": [choice(plan_id) for plan_id in plans]}]
    if text.startswith("/choose_plan"):
        plan = PLANS["honglinh-2023"]
        cited = cite(plan, "IV › 4")
        source = f"Kế hoạch “{plan.title}”, {plan.issuer}, năm {plan.year}, mục IV › 4"
        said = f"Thời hạn: trước ngày 25/11.\n\n“{cited['quote']}”\n({source})"
        return [{"text": said}, answer(cited)]
    if text.startswith("Đăng ký"):
        titles = ("Đảng bộ cơ sở", "Đoàn thể khối", "Chi bộ cơ sở")
        options = "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
        return [
            {
                "text": f"(2/10) Đơn vị của Anh/Chị thuộc loại nào?\n{options}",
                "buttons": [{"title": title, "payload": title} for title in titles],
            },
            form("asking", "unit_type"),
        ]
    if text.startswith("<"):
        return [{"text": f"{text} <img src=x onerror=alert(1)>"}]
    if text == "dài":
        return [{"text": " ".join(f"Câu thứ {number} của một câu trả lời dài." for number in range(90))}]
    if text == "tắt máy":
        return []
    return [{"text": "Kế hoạch không nêu nội dung này."}]
