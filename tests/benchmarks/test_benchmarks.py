import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.settings import ROOT
from knowledge.corpus import load_plans
from knowledge.embedding import HashEncoder
from knowledge.retrieving import CorpusRetriever
from knowledge.vietnamese import unmark
from tests.benchmarks import __main__ as command
from tests.benchmarks import (
    answers,
    channels,
    crowd,
    drafts,
    figures,
    intake,
    machine,
    memory,
    papers,
    retrieval,
    start,
    timing,
    turns,
    zalo,
)
from tests.benchmarks.bench import FIXED_INTENT, Bench, envelope, give_fixed_reply, is_answered
from tests.benchmarks.figures import Row
from tests.benchmarks.servers import ServerFailed, family, started
from tests.bot.channels.telegram.server import Sent, TelegramServer
from tests.bot.channels.zalo_oa.server import Sent as ZaloSent
from tests.bot.channels.zalo_oa.server import ZaloOaServer

DAY = date(2026, 11, 21)
ROWS = [
    Row("start", 12.34, "s", "three starts", at_most=10, short=True),
    Row("found", 0.98765, "share", "many questions", at_least=0.9),
]


def by_name(rows: list[Row]) -> dict[str, Row]:
    names = {row.what: row for row in rows}
    assert len(names) == len(rows)
    return names


def test_every_module_that_measures_is_a_benchmark_and_the_set_is_whole() -> None:
    files = Path(figures.__file__).parent.glob("*.py")
    measuring = {file.stem for file in files if "\ndef measure(" in file.read_text(encoding="utf-8")}
    names = {
        "answers",
        "start",
        "turns",
        "memory",
        "retrieval",
        "drafts",
        "papers",
        "crowd",
        "channels",
        "zalo",
        "intake",
    }
    assert measuring == set(command.BENCHMARKS) == names
    assert all(measure.__module__.endswith(f".{name}") for name, measure in command.BENCHMARKS.items())


def test_a_row_shows_its_unit_and_whether_its_limit_was_missed() -> None:
    assert [row.shown for row in ROWS] == ["12.3 s", "0.988"]
    assert [row.to_reach for row in ROWS] == ["≤ 10, missed", "≥ 0.9"]
    assert Row("x", 1.3, "×", "", at_most=1.3).reached
    assert not Row("x", 0.89, "share", "", at_least=0.9).reached


def test_the_table_has_a_line_a_row_and_the_short_one_has_no_how() -> None:
    lines = figures.table(ROWS).splitlines()
    assert len(lines) == 4
    assert set(lines[1]) == set("|- ")
    assert "three starts" in lines[2]
    assert "three starts" not in figures.table(ROWS, how=False)


def test_figures_are_written_whole_into_docs_and_short_between_the_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{figures.START}\nold\n{figures.END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        said = figures.write(tmp_path, ROWS, "2 cores", "make bench", DAY)
    page, text = (tmp_path / "docs" / "figures.md").read_text(encoding="utf-8"), readme.read_text(encoding="utf-8")
    for part in ("2026-11-21", "2 cores", "make bench", "12.3 s", "0.988", "many questions"):
        assert part in page
    assert text.startswith(f"before\n{figures.START}\n| what")
    assert text.endswith(f"\n{figures.END}\nafter\n")
    assert "12.3 s" in text
    assert "found" not in text and "old" not in text
    assert all(line.startswith("Written") for line in said)


@pytest.mark.parametrize("content", [None, "no markers", f"{figures.END} {figures.START}", figures.START])
def test_a_readme_without_both_markers_is_left_alone_and_said(tmp_path: Path, content: str | None) -> None:
    readme = tmp_path / "README.md"
    if content is not None:
        readme.write_text(content, encoding="utf-8")
    assert figures.write(tmp_path, ROWS, "2 cores", "make bench", DAY)[-1].startswith("Not written")
    assert (readme.read_text(encoding="utf-8") if content is not None else None) == content
    assert content is not None or not readme.exists()


def test_the_machine_is_named() -> None:
    assert machine.describe().startswith(f"{len(os.sched_getaffinity(0))} cores, ")
    assert "Python 3." in machine.describe()


def test_what_others_use_is_what_is_not_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = {"monotonic": 0.0, "busy": 100.0, "own": 7.0}
    monkeypatch.setattr(time, "monotonic", lambda: moments["monotonic"])
    monkeypatch.setattr(machine, "_busy_seconds", lambda: moments["busy"])
    monkeypatch.setattr(machine, "_own_seconds", lambda: moments["own"])
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    others = machine.Others()
    moments.update(monotonic=10.0, busy=112.0, own=14.0)
    assert others.share() == pytest.approx(0.25)
    moments.update(own=40.0)
    assert others.share() == 0.0


def test_the_machine_and_this_program_have_worked() -> None:
    assert machine._busy_seconds() > 0
    assert machine._own_seconds() > 0


def test_works_take_turns_and_change_their_order() -> None:
    done: list[str] = []
    seconds = timing.interleave({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, 3)
    assert "".join(done) == "abbaab"
    assert {name: len(each) for name, each in seconds.items()} == {"a": 3, "b": 3}
    assert timing.p50_ms([0.001, 0.5, 0.002]) == pytest.approx(2)


def test_start_rows() -> None:
    rows = by_name(start.rows([10.0, 11.0, 30.0], [12.0, 13.2, 13.0]))
    assert rows["start: first answer"].value == 13.0
    assert rows["start: first answer over bare Rasa"].value == pytest.approx(13 / 11)


def test_turn_rows_are_over_the_fixed_reply() -> None:
    rows = by_name(turns.rows({"fixed": [0.02] * 3, "closed": [0.03], "free": [0.05], "question": [0.06]}))
    ratios = {name: row.value for name, row in rows.items() if row.unit == "×"}
    assert ratios == {
        "turn: closed registration field over fixed reply": pytest.approx(1.5),
        "turn: free-text field over fixed reply": pytest.approx(2.5),
        "turn: plan question over fixed reply": pytest.approx(3.0),
    }
    assert [name for name, row in rows.items() if not row.reached] == ["turn: plan question over fixed reply"]


def obedient(expected: dict[str, dict[str, Any]]) -> turns.Talk:
    def talk(sender: str, message: str) -> list[dict[str, Any]]:
        return [{"text": message}, *([{"custom": expected[message]}] if message in expected else [])]

    return talk


def test_only_turns_of_a_kind_are_timed_and_each_person_is_new() -> None:
    talk, senders = obedient({"hỏi 0": {"kind": "answer"}, "hỏi 1": {"kind": "answer"}}), set()

    def noted(sender: str, message: str) -> list[dict[str, Any]]:
        senders.add(sender)
        return talk(sender, message)

    round_: list[dict[str, Any]] = [
        {"say": "chào"},
        {"say": "bye", "kind": "fixed"},
        {"kind": "question", "expect": {"kind": "answer"}},
    ]
    seconds = turns.converse(noted, round_, ["hỏi 0", "hỏi 1"], range(4))
    assert {kind: len(each) for kind, each in seconds.items()} == {"fixed": 4, "question": 4}
    assert len(senders) == 4


@pytest.mark.parametrize(
    ("turn", "says"),
    [
        ({"say": "Kinh tế", "expect": {"slot": "model_name"}}, {"Kinh tế": {"slot": "field"}}),
        ({"say": "bye", "kind": "fixed"}, {"bye": {"kind": "answer"}}),
    ],
)
def test_a_turn_that_does_something_else_is_not_measured(turn: dict[str, Any], says: dict[str, Any]) -> None:
    with pytest.raises(turns.WrongTurn, match=turn["say"]):
        turns.converse(obedient(says), [turn], [], range(1))


def test_an_empty_turn_is_not_measured() -> None:
    with pytest.raises(turns.WrongTurn):
        turns.converse(lambda *_: [], [{"say": "chào"}], [], range(1))


def test_the_talk_has_every_kind_of_turn_and_enough_of_it() -> None:
    talk = turns.load_talk()
    kinds = {turn["kind"] for turn in talk["round"] if "kind" in turn}
    assert kinds == {turns.FIXED, *turns.NAMES} == {turns.FIXED, *turns.LIMITS}
    assert turns.ROUNDS >= 40
    assert len(talk["mixed"]) == 20
    assert all("say" in turn or turn["kind"] == "question" for turn in talk["round"])
    assert all("expect" in turn for turn in talk["round"] if turn.get("kind", turns.FIXED) != turns.FIXED)


def test_memory_rows_add_up() -> None:
    rows = by_name(memory.rows({"Rasa": 500_000_000, "action server": 1, "channels": 40, "supervisor": 2}, 20))
    assert rows["memory: all processes"].value == pytest.approx(500.000043)
    assert rows["memory: bot (channels and supervisor)"].value == pytest.approx(42e-6)
    assert rows["memory: Rasa"].reached


def test_the_slowest_twentieth_of_acknowledgements_does_not_count() -> None:
    found = by_name(channels.rows([0.01] * 95 + [0.9] * 5, 40.0, 80_000_000))
    assert found["webhook: acknowledged"].value == pytest.approx(10)
    assert found["webhook: acknowledged"].reached
    assert not by_name(channels.rows([0.06] * 100, 40.0, 160_000_000))["outage: memory of the channels"].reached


@pytest.mark.parametrize("answers", [["<a 1>", "<a 2>"], ["<a 1>"], ["<a 2>", "<a 1>"], ["<a 1>", "<a 1>", "<a 2>"]])
def test_an_answer_that_is_missing_misplaced_or_doubled_is_found(answers: list[str]) -> None:
    telegram = TelegramServer()
    for text in ("a 1", "a 2"):
        telegram.write(1, text)
    telegram.sent = [Sent(number, 1, text) for number, text in enumerate(["another", *answers])]
    with nullcontext() if answers == ["<a 1>", "<a 2>"] else pytest.raises(ServerFailed):
        channels.check(telegram, "a")


def test_an_answer_that_zalo_did_not_get_once_and_in_order_is_found() -> None:
    account = ZaloOaServer()
    for text in ("a 1", "a 2"):
        account.write("9", text)
    account.sent = [ZaloSent("9", text) for text in ("another", "<a 1>", "<a 2>")]
    zalo.check(account, "a")
    account.over_the_limit = 1
    with pytest.raises(ServerFailed, match="limit"):
        zalo.check(account, "a")
    account.sent.reverse()
    with pytest.raises(ServerFailed, match="answered"):
        zalo.check(account, "a")


def test_the_rows_of_zalo() -> None:
    found = by_name(zalo.rows([0.01] * 95 + [0.9] * 5, 30.0))
    assert found["Zalo webhook: acknowledged"].reached
    assert not by_name(zalo.rows([0.06] * 100, 30.0))["Zalo webhook: acknowledged"].reached


def test_the_proportional_size_is_read() -> None:
    assert memory.proportional("0-1 ---p 0 0 0 [rollup]\nRss:  900 kB\nPss:     12 kB\nPss_Dirty:  1 kB\n") == 12 * 1024
    with pytest.raises(ValueError, match="Pss"):
        memory.proportional("Rss: 900 kB\n")


def is_running(pid: int) -> bool:
    """Whether it lives; one that was ended and is not yet taken off the list does not."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text(encoding="utf-8")


def test_a_started_server_is_counted_with_its_children_and_ended_with_them(tmp_path: Path) -> None:
    child = "import time; time.sleep(60)"
    code = f"import subprocess, sys; print('bot run', flush=True); subprocess.run([sys.executable, '-c', {child!r}])"
    log, seen = tmp_path / "log", list[int]()

    def answers() -> bool:
        return "bot run" in log.read_text(encoding="utf-8")

    with started((sys.executable, "-c", code, "bot run"), {}, log, answers) as server:
        while len(seen) < 2:
            seen = list(family(server.pid))
        parts = memory.sizes(server.pid)
        with pytest.raises(ServerFailed, match="bot run"):
            server.refuse_if_logged("bot run")
        server.refuse_if_logged("Training")
    assert set(parts) == {"supervisor"} and parts["supervisor"] > 1_000_000
    assert server.seconds > 0
    assert len(seen) == 2
    deadline = time.monotonic() + 30
    while any(is_running(pid) for pid in seen):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_server_that_ends_is_said_with_its_log(tmp_path: Path) -> None:
    def refuses() -> bool:
        raise httpx.ConnectError("refused")

    with (
        pytest.raises(ServerFailed, match="no such thing"),
        started((sys.executable, "-c", "raise SystemExit('no such thing')"), {}, tmp_path / "log", refuses),
    ):
        pytest.fail("it never answered")


def test_answers_are_compared_with_encoding_what_they_encoded() -> None:
    encoder = answers.Remembering(HashEncoder())

    def answer(question: str) -> None:
        if question:
            encoder.queries([question.upper()])

    whole, encoding = answers.compare(answer, encoder, ["một", "hai"], 3)
    assert len(whole) == len(encoding) == 6
    assert encoder.last == ["HAI"]
    with pytest.raises(ValueError, match="not searched"):
        answers.compare(answer, encoder, [""], 1)


def test_answer_rows() -> None:
    rows = by_name(answers.rows([0.012, 0.014, 0.013], [0.010, 0.010, 0.010]))
    assert rows["answer: whole over encoding"].value == pytest.approx(1.3)
    assert rows["answer: beside the encoding"].value == pytest.approx(3)
    assert answers.of_chosen([0.012, 0.014, 0.013], [0.010, 0.010, 0.010]).value == pytest.approx(1.3)


def test_taking_in_encodes_every_passage(tmp_path: Path) -> None:
    seconds, passages = intake.compare(load_plans(), HashEncoder(), tmp_path / "taken", 2)
    assert passages > 200
    assert len(seconds["take in"]) == len(seconds["encode"]) == 2
    found = by_name(intake.rows({"take in": [2.0], "encode": [1.9]}, 100))
    assert found["taking in: rate over the encoder's own"].value == pytest.approx(0.95)
    assert found["taking in: a passage"].value == pytest.approx(20.0)


def test_drafts_are_really_saved(tmp_path: Path) -> None:
    save, bare = drafts.compare(tmp_path / "drafts", 3)
    assert len(save) == len(bare) == 3
    assert by_name(drafts.rows(save, bare))["draft: saved"].value > 0
    assert (tmp_path / "drafts" / "store.sqlite").stat().st_size > 0


def test_a_crowd_is_answered_wave_by_wave() -> None:
    asked: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        in_turn, at_once = crowd.compare(asked.append, ["một", "hai", "ba"], pool, 4)
    assert len(in_turn) == len(at_once) == 4 and min(at_once) > 0
    assert Counter(asked) == dict.fromkeys(["một", "hai", "ba"], 1 + 4 + 4)


def test_a_growing_queue_shows() -> None:
    found = by_name(crowd.rows([1.0] * 9, [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0]))
    assert found["20 at once: last waves over first"].value == pytest.approx(3.0)
    assert not found["20 at once: last waves over first"].reached
    assert found["20 at once: over 20 in turn"].value == pytest.approx(2.0)
    assert found["20 at once: all answered"].value == pytest.approx(2000)


def test_papers_are_really_written() -> None:
    seconds, sizes = papers.compare(6, 1)
    assert set(seconds) == {"docx", "xlsx", "csv", "plain"}
    found = by_name(papers.rows(seconds, sizes))
    assert all(found[f"export: size of .{each}"].value > 1 for each in ("docx", "xlsx", "csv"))
    assert found["export: .docx"].value > 0


def beir(folder: Path, key: str) -> Path:
    documents = [{key: "d1", "text": "hạn báo cáo năm"}, {key: "d2", "title": "Sở", "text": "đơn vị theo dõi"}]
    queries = [{key: "q1", "text": "báo cáo năm"}, {key: "q2", "text": "theo dõi"}, {key: "q3", "text": "không ai hỏi"}]
    for name, lines in (("corpus", documents), ("queries", queries)):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    qrels = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq2\td1\t0\n"
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


@pytest.mark.parametrize("key", ["id", "_id"])
def test_retrieval_reads_a_folder_and_scores_it(tmp_path: Path, key: str) -> None:
    documents, queries, relevant = retrieval.read_folder(beir(tmp_path, key))
    assert queries == {"q1": "báo cáo năm", "q2": "theo dõi"}
    assert relevant == {"q1": {"d1"}, "q2": {"d2"}}
    retriever = CorpusRetriever(documents, HashEncoder())
    assert retrieval.score(retriever, queries, relevant) == retrieval.Score(1, 1)
    turned = {"q1": {"d2"}, "q2": {"d2"}}
    assert retrieval.score(retriever, queries, turned) == retrieval.Score(0.5, 0.75)
    assert retrieval.score(retriever, queries, {"q1": {"gone"}, "q2": {"d2"}}) == retrieval.Score(0.5, 0.5)
    plain = {query: unmark(text) for query, text in queries.items()}
    assert retrieval.score(retriever, plain, relevant).recall == 1


def test_retrieval_rows() -> None:
    scores = {"with marks": retrieval.Score(0.97, 0.98), "without marks": retrieval.Score(0.9, 0.95)}
    rows = by_name(retrieval.rows(scores, 240, 1190))
    assert [name for name, row in rows.items() if not row.reached] == ["retrieval without marks: Recall@1"]
    assert rows["retrieval with marks: MRR@10"].value == 0.98


def test_retrieval_is_skipped_with_a_reason_where_no_folder_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    with Bench() as bench:
        assert retrieval.measure(bench) == []
    assert "--xquad" in capsys.readouterr().out


def test_one_rule_of_the_shipped_ones_gets_a_fixed_reply(tmp_path: Path) -> None:
    shipped = (ROOT / "nlu_data" / "rules" / "conversation.yml").read_text(encoding="utf-8")
    rules = tmp_path / "rules.yml"
    rules.write_text(shipped, encoding="utf-8")
    give_fixed_reply(rules, FIXED_INTENT)
    before, after = yaml.safe_load(shipped)["rules"], yaml.safe_load(rules.read_text(encoding="utf-8"))["rules"]
    changed = [rule for old, rule in zip(before, after, strict=True) if old != rule]
    assert [rule["steps"] for rule in changed] == [[{"intent": "goodbye"}, {"action": "utter_goodbye"}]]
    with pytest.raises(ValueError, match="0 rules"):
        give_fixed_reply(rules, "unknown")


def test_what_a_turn_says_of_itself() -> None:
    answered: list[dict[str, Any]] = [{"text": "x"}, {"custom": {"kind": "answer", "outcome": "answered_per_plan"}}]
    assert is_answered(answered)
    assert not is_answered([{"text": "x"}]) and not is_answered([])
    assert envelope([{"text": "x"}]) == {}


def test_the_command_runs_what_is_named_and_prints_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    given: list[Bench] = []

    def fake(bench: Bench) -> list[Row]:
        given.append(bench)
        return ROWS

    monkeypatch.setattr(command, "BENCHMARKS", {"start": fake, "turns": fake})
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.delenv("BENCH_XQUAD", raising=False)
    assert command.main(["turns", "--xquad", str(tmp_path)]) == 0
    assert [bench.xquad for bench in given] == [tmp_path]
    assert "12.3 s" in capsys.readouterr().out
    assert not (tmp_path / "docs").exists()
    assert command.main(["--write"]) == 0
    assert len(given) == 3
    assert "there is no" in capsys.readouterr().out
    assert (tmp_path / "docs" / "figures.md").exists()


def test_the_folder_may_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: list[Path | None] = []

    def fake(bench: Bench) -> list[Row]:
        given.append(bench.xquad)
        return ROWS

    monkeypatch.setattr(command, "BENCHMARKS", {"start": fake})
    monkeypatch.setenv("BENCH_XQUAD", str(tmp_path))
    assert command.main([]) == 0
    assert given == [tmp_path]


@pytest.mark.parametrize("arguments", [["sleep"], ["start", "--write"]])
def test_what_cannot_be_done_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(arguments)
