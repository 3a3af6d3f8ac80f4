"""Exporting a plan of 2,000 registrations, beside the same table built cell by cell with python-docx."""

from datetime import datetime
from io import BytesIO

from docx import Document

from actions.registration.form import form_of
from actions.registration.papers.composing import plan_paper
from actions.registration.papers.exporting import FORMATS, written
from actions.registration.papers.paper import Paper
from actions.registration.records import Registration
from knowledge.corpus import load_plans
from tests.benchmarks.bench import NOW, Bench
from tests.benchmarks.figures import Row
from tests.benchmarks.timing import interleave, p50

REGISTRATIONS = 2000
ROUNDS = 3
PLAN = "yenbai-duk-2023"
_FIELDS = ("economy", "culture_society", "defence_security", "political_system")


def measure(bench: Bench) -> list[Row]:
    """Write the files into memory, each format in turn with the others."""
    return rows(*compare(REGISTRATIONS, ROUNDS))


def compare(number: int, rounds: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Return the seconds of every format and of "plain", and the bytes of every format, for `number` registrations."""
    plan, now = load_plans()[PLAN], datetime.fromisoformat(NOW)
    form, registrations = form_of(plan), [_registration(each) for each in range(number)]
    sizes: dict[str, int] = {}

    def write(file_format: str) -> None:
        sizes[file_format] = len(written(registrations, form, plan, now, file_format, of_unit=False))

    works = {each: (lambda each=each: write(each)) for each in FORMATS}
    paper = plan_paper(registrations, form, plan, now)
    return interleave({**works, "plain": lambda: plainly(paper)}, rounds), sizes


def rows(seconds: dict[str, list[float]], sizes: dict[str, int]) -> list[Row]:
    """Return the figures of files written in `seconds`, `sizes` bytes large."""
    how = f"{REGISTRATIONS:,} registrations of a plan; p50 of {len(seconds['docx'])}"
    found = []
    for each in FORMATS:
        found.append(Row(f"export: .{each}", p50(seconds[each]), "s", how, short=each == "docx"))
        found.append(Row(f"export: size of .{each}", sizes[each] / 1000, "KB", how))
    share = p50(seconds["docx"]) / p50(seconds["plain"])
    return [
        *found,
        Row("export: .docx over python-docx", share, "×", "over the same rows, added cell by cell, unstyled"),
    ]


def plainly(paper: Paper) -> bytes:
    """Return the rows of `paper` as a document, made the way python-docx's own guide makes tables."""
    document = Document()
    for each in paper.tables:
        table = document.add_table(rows=0, cols=len(each.columns))
        for row in each.rows:
            for cell, value in zip(table.add_row().cells, row.cells, strict=True):
                cell.text = str(value)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _registration(number: int) -> Registration:
    answers = {
        "unit_name": f"Chi bộ cơ sở số {number % 400}",
        "unit_type": "grassroots_party_cell",
        "registration_type": "maintained" if number % 3 == 0 else "new",
        "field": _FIELDS[number % 4],
        "model_name": f"Chung tay xây dựng nông thôn mới, giúp đỡ xã vùng cao giảm nghèo bền vững {number}",
        "quantity": 1 + number % 2,
        "start_period": "2023-05",
        "location": "Phòng Hành chính, Văn phòng",
        "scale": "collective",
        "completion_period": "2023-Q4",
    }
    now = datetime.fromisoformat(NOW)
    return Registration(f"DVK-2023-{number:04}", "submitted", f"bench:{number}", PLAN, 1, answers, now, now, now)
