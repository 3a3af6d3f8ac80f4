"""A plan taken in, replaced by a second version, retired; nothing is changed unless everything is."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.corpus import Plan, load_plans
from knowledge.embedding import HashEncoder
from knowledge.index import open_index
from knowledge.index_building import Changes, build_index
from knowledge.index_files import IndexProblem
from knowledge.intake.commit import Busy, alone
from knowledge.intake.description import describe
from knowledge.live_plans import LivePlans, stamp
from knowledge.reading import UnreadablePlan
from knowledge.taking_in import count, retire, take_in, understand
from knowledge.versions import quote_digest, version_reading

NEW = """ỦY BAN NHÂN DÂN
XÃ TÂN LẬP
Tân Lập, ngày 10 tháng 02 năm 2025
KẾ HOẠCH
Thực hiện phong trào thi đua “Dân vận khéo” năm 2025
Thực hiện Kế hoạch số 12/KH-UBND của Ủy ban nhân dân huyện, Ủy ban nhân dân xã xây dựng kế hoạch như sau:
I. MỤC ĐÍCH
1. Nâng cao nhận thức của cán bộ.
III. TỔ CHỨC THỰC HIỆN
1. Văn phòng: Theo dõi, đôn đốc các mô hình; báo cáo năm trước ngày 05/12.
"""
SECOND = NEW.replace("05/12", "10/12").replace(
    "1. Nâng cao nhận thức của cán bộ.", "1. Nâng cao.\n2. Giữ gìn đoàn kết."
)
OTHER = NEW.replace("Tân Lập", "Phú An").replace("TÂN LẬP", "PHÚ AN")


class Office:
    """The folders of one office that has only the plans it took in."""

    exact_up_to = 2000

    def __init__(self, home: Path) -> None:
        self.home, self.added, self.index = home, home / "plans", home / "index"
        (home / "none").mkdir(parents=True)

    @property
    def plans(self) -> dict[str, Plan]:
        return load_plans(self.home / "none", self.added)

    def add(self, text: str, plan_id: str | None = "tan-lap", name: str = "tan-lap.txt") -> Changes:
        file = self.home / name
        file.write_text(text, encoding="utf-8")
        taken = understand(file, plan_id, self.added, self.plans)
        return take_in(taken, self.added, lambda: self.plans, self.index, self.build)

    def build(self, plans: Mapping[str, Plan], folder: Path) -> Changes:
        return build_index(plans, HashEncoder(), folder, seed=folder / "none", exact_up_to=self.exact_up_to)

    def state(self) -> tuple[str, int]:
        """Return the text in use and the size of its index, which must fit each other."""
        plans = self.plans
        return plans["tan-lap"].text, len(open_index(plans, HashEncoder(), self.index).snippets)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "home")


def test_a_new_plan_is_read_and_described(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "Kế hoạch Tân Lập 2025.md"
    file.write_text(NEW, encoding="utf-8")
    taken = understand(file, None, tmp_path / "added", plans)
    plan = taken.plan
    assert plan.id == "ke-hoach-tan-lap-2025"
    assert (plan.year, plan.place, plan.date) == (2025, "Tân Lập", "2025-02-10")
    assert plan.title == "Thực hiện phong trào thi đua “Dân vận khéo” năm 2025"
    assert taken.doubts == ["section II is missing"]
    assert plan.clause("III › 1") is not None
    assert not (tmp_path / "added").exists()


def test_only_what_changed_is_embedded_again(office: Office) -> None:
    assert office.add(NEW).embedded == 10
    before = office.plans["tan-lap"]
    changes = office.add(SECOND)
    counts = count(before, office.plans["tan-lap"])
    assert (counts.added, counts.changed, counts.unchanged, counts.removed) == (1, 2, 8, 0)
    assert changes.embedded == 3 and changes.dropped == 2
    assert office.add(SECOND).embedded == 0


def test_corrections_survive_taking_in_again(office: Office) -> None:
    office.add(NEW)
    description = office.added / "tan-lap.yml"
    description.write_text(description.read_text("utf-8").replace("place: Tân Lập", "place: Tân Lập Đông"), "utf-8")
    office.add(SECOND)
    assert office.plans["tan-lap"].place == "Tân Lập Đông"
    assert "10/12" in office.plans["tan-lap"].text


def test_a_citation_opens_the_version_it_was_given_from(office: Office) -> None:
    office.add(NEW)
    live = LivePlans(office.added)
    old = office.plans["tan-lap"].passages[-1]
    office.add(SECOND)
    place = ("tan-lap", old.start, old.end, quote_digest(old.text))
    assert "05/12" not in live["tan-lap"].text and "05/12" in live.reading(*place).text  # type: ignore[union-attr]
    assert version_reading(office.added, "tan-lap", 0, 5, quote_digest("none")) is None
    current = office.plans["tan-lap"].passages[-1]
    found = version_reading(office.added, "tan-lap", current.start, current.end, quote_digest(current.text))
    assert found is not None and found.text == office.plans["tan-lap"].text


def test_a_file_of_another_kind_takes_the_place_of_the_first(office: Office) -> None:
    office.add(NEW)
    office.add(SECOND, name="tan-lap.md")
    assert "10/12" in office.plans["tan-lap"].text
    assert not (office.added / "tan-lap.txt").exists()


def test_a_retired_plan_is_not_used_but_its_citations_open(office: Office) -> None:
    office.add(NEW)
    office.add(OTHER, "phu-an")
    passage = office.plans["tan-lap"].passages[-1]
    retire("tan-lap", office.added, lambda: office.plans, office.index, office.build)
    assert list(office.plans) == ["phu-an"]
    open_index(office.plans, HashEncoder(), office.index)
    place = (passage.start, passage.end, quote_digest(passage.text))
    assert version_reading(office.added, "tan-lap", *place) is not None
    with_retired = load_plans(office.home / "none", office.added, retired=True)
    assert with_retired["tan-lap"].registration == {"accepts": False}
    with pytest.raises(UnreadablePlan, match="the only plan"):
        retire("phu-an", office.added, lambda: office.plans, office.index, office.build)
    with pytest.raises(UnreadablePlan, match="known are phu-an"):
        retire("none", office.added, lambda: office.plans, office.index, office.build)
    office.add(NEW)
    assert sorted(office.plans) == ["phu-an", "tan-lap"]


class Stopped(BaseException):
    """The machine stops."""


def stopping_after(allowed: int) -> Callable[[object, object], None]:
    """Return what puts a file in place and stops the machine once it has done so `allowed` times."""
    done, rename = 0, os.replace

    def replace(source: Any, target: Any) -> None:
        nonlocal done
        if done == allowed:
            raise Stopped
        done += 1
        rename(source, target)

    return replace


@pytest.mark.parametrize("exact_up_to", [2000, 0])
def test_wherever_it_is_stopped_all_or_nothing_is_changed(
    office: Office, exact_up_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.exact_up_to = exact_up_to
    office.add(NEW)
    changed = []
    for allowed in range(20):
        text, before = SECOND.replace("đoàn kết", f"đoàn kết {allowed}"), office.state()
        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", stopping_after(allowed))
            with suppress(Stopped):
                office.add(text)
        found = office.state()
        assert found in (before, (text, 11))
        changed.append(found != before)
    assert changed == sorted(changed)  # from some point on everything is changed, before it nothing
    assert not changed[0] and changed[-1]


def test_a_process_killed_while_it_embeds_leaves_everything_as_it_was(office: Office) -> None:
    office.add(NEW)
    before = office.state()
    file = office.home / "second.txt"
    file.write_text(SECOND, encoding="utf-8")
    code = (
        "import os, signal, sys; from pathlib import Path; from knowledge.corpus import load_plans\n"
        "from knowledge.taking_in import take_in, understand\n"
        "home = Path(sys.argv[1]); added = home / 'plans'; load = lambda: load_plans(home / 'none', added)\n"
        "kill = lambda plans, folder: os.kill(os.getpid(), signal.SIGKILL)\n"
        "take_in(understand(home / 'second.txt', 'tan-lap', added, load()), added, load, home / 'index', kill)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, str(office.home)], cwd=root, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    assert office.state() == before
    office.add(SECOND)
    assert office.state()[0] == SECOND


def test_two_at_once_are_refused(office: Office) -> None:
    office.add(NEW)
    with alone(office.added), pytest.raises(Busy, match="Wait"):
        office.add(SECOND)
    assert office.state()[0] == NEW


def test_a_plan_taken_in_meanwhile_is_not_lost(office: Office) -> None:
    """Two files are understood at one moment, then taken in one after the other: neither knew of the other."""
    office.add(NEW)
    files = {"phu-an": OTHER, "tan-lap": SECOND}
    for plan_id, text in files.items():
        (office.home / f"{plan_id}.txt").write_text(text, encoding="utf-8")
    both = [understand(office.home / f"{each}.txt", each, office.added, office.plans) for each in files]
    for taken in both:
        take_in(taken, office.added, lambda: office.plans, office.index, office.build)
    assert {key: plan.text for key, plan in office.plans.items()} == files
    assert office.state()[0] == SECOND
    with pytest.raises(Busy, match="changed meanwhile"):
        take_in(both[1], office.added, lambda: office.plans, office.index, office.build)
    assert office.state()[0] == SECOND


def test_a_build_of_the_index_waits_for_a_plan_that_is_taken_in(office: Office) -> None:
    order = []

    def index() -> None:
        with alone(office.added, wait=True):
            order.append("index")

    waiting = threading.Thread(target=index)
    with alone(office.added):
        waiting.start()
        waiting.join(0.2)
        order.append("add")
    waiting.join(60)
    assert order == ["add", "index"]


@pytest.mark.parametrize("exact_up_to", [2000, 0])
def test_whoever_reads_while_plans_are_taken_in_reads_one_version_whole(office: Office, exact_up_to: int) -> None:
    """Text and index always fit each other, or are refused for the moment; the last version is the one that stays."""
    office.exact_up_to = exact_up_to
    office.add(NEW)
    versions = [NEW.replace("05/12", f"{day:02}/12") for day in range(6, 14)]
    code = (
        "import sys; from pathlib import Path; from tests.knowledge.test_taking_in import Office\n"
        "office = Office.__new__(Office); office.home = home = Path(sys.argv[1])\n"
        "office.exact_up_to = int(sys.argv[2])\n"
        "office.added, office.index = home / 'plans', home / 'index'\n"
        "for text in sys.argv[3:]: office.add(text)\n"
    )
    command = [sys.executable, "-c", code, str(office.home), str(exact_up_to), *versions]
    adding = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    seen = []
    while adding.poll() is None:
        with suppress(IndexProblem):
            seen.append(office.state())
    assert adding.returncode == 0
    assert seen and {size for _, size in seen} == {10}
    order = [NEW, *versions]
    places = [order.index(text) for text, _ in seen]
    assert places == sorted(places)
    assert office.state() == (versions[-1], 10)


def test_live_plans_see_a_change_and_outlive_a_broken_one(office: Office) -> None:
    office.add(NEW)
    live, before = LivePlans(office.added), stamp(office.added, office.index)
    office.add(SECOND)
    assert "10/12" in live["tan-lap"].text and stamp(office.added, office.index) != before
    (office.added / "tan-lap.yml").write_text("id: [", encoding="utf-8")
    assert "10/12" in live["tan-lap"].text and len(live) == 6 and "tan-lap" in set(live)


def test_what_the_text_does_not_say_is_doubted(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Kính gửi các đồng chí trong cơ quan, xin gửi lời chào và báo cáo.", encoding="utf-8")
    taken = understand(file, None, tmp_path / "added", plans)
    assert any("plain paragraphs" in doubt for doubt in taken.doubts)
    assert sum("fill it in" in doubt for doubt in taken.doubts) == 4
    assert taken.plan.registration == {"accepts": False}


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        (("III. TỔ", "I. TỔ"), "two sections are numbered I"),
        (("1. Văn phòng", "1. Đầu.\n4. Văn phòng"), "item 2 is missing under III"),
        (("05/12", "05/12/2021"), "does not fit the year 2025"),
        (("trước ngày 05/12", "trước ngày 31/11"), "there is no day"),
        (("I. MỤC ĐÍCH", "I. MỤC ĐÍCH NĂM 2023"), "speaks of 2023"),
        (("ngày 10 tháng", "ngày     tháng"), "a blank was left"),
        (("1. Nâng cao", "Phòng A\t\tTháng 3\t\tXong\n1. Nâng cao"), "loose words"),
    ],
)
def test_slips_of_a_paper_are_doubted(tmp_path: Path, change: tuple[str, str], doubt: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text(NEW.replace(*change), encoding="utf-8")
    found = understand(file, None, tmp_path / "added", {}).doubts
    assert any(doubt in each for each in found), found


def test_the_same_text_under_two_names_is_refused(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "again.txt"
    file.write_text(plans["honglinh-2023"].text, encoding="utf-8")
    with pytest.raises(UnreadablePlan, match="honglinh-2023"):
        understand(file, None, tmp_path / "added", plans)


def test_nearly_the_same_paper_under_another_name_is_refused(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "again.txt"
    file.write_text(plans["caobang-2023"].text.replace("15/12", "16/12"), encoding="utf-8")
    with pytest.raises(UnreadablePlan, match="caobang-2023"):
        understand(file, None, tmp_path / "added", plans)
    of_another_year = {key: replace(plan, year=2022) for key, plan in plans.items()}
    assert understand(file, None, tmp_path / "added", of_another_year).plan.id == "again"


def test_an_id_that_is_taken_is_not_overwritten_unasked(office: Office) -> None:
    office.add(NEW)
    with pytest.raises(UnreadablePlan, match="--id tan-lap"):
        office.add(OTHER, plan_id=None)
    assert office.state()[0] == NEW


@pytest.mark.parametrize("plan_id", ["../../etc", "Tân Lập", "a--b", ""])
def test_a_bad_id_is_refused(tmp_path: Path, plan_id: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text(NEW, encoding="utf-8")
    if plan_id:
        with pytest.raises(UnreadablePlan, match="--id"):
            understand(file, plan_id, tmp_path / "added", {})
    else:
        assert understand(file, plan_id, tmp_path / "added", {}).plan.id == "a"


def test_the_real_plans_are_described_as_a_person_did(plans: Mapping[str, Plan]) -> None:
    described = {plan_id: describe(plan.text) for plan_id, plan in plans.items()}
    assert {plan_id: found.year for plan_id, found in described.items()} == {key: p.year for key, p in plans.items()}
    assert not any(found.number for found in described.values())


def test_what_is_written_of_a_plan_can_be_read_by_others(office: Office) -> None:
    office.add(NEW)
    data = yaml.safe_load((office.added / "tan-lap.yml").read_text("utf-8"))
    assert json.dumps(data, default=str)
    assert data["registration"] == {"accepts": False}
