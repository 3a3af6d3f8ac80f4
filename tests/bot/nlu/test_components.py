import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.meanings import likeliest
from actions.routing import COURTESIES, COURTESY_FROM, UNSURE
from knowledge.vietnamese import unmark

ROOT = Path(__file__).resolve().parents[3]
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
CHECKS = Path(__file__).with_name("rasa_checks.py")

pytestmark = pytest.mark.skipif(not RASA_PYTHON.exists(), reason="Rasa's environment is not there: run `make test`")


def check(name: str, *arguments: str, given: object = None) -> Any:
    done = subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", str(CHECKS), name, *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT)},
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_one_spelling_whatever_the_keyboard_sent() -> None:
    composed, decomposed, new_style = "Hủy đăng ký", "Hu\u0309y đa\u0306ng ky\u0301", "Huỷ đăng ký"
    found = check("tokens", given=[composed, decomposed, new_style])
    assert {item["text"] for item in found.values()} == {"Hủy đăng ký"}
    assert all(item["lemmas"] == ["huy", "dang", "ky"] for item in found.values())


def test_a_word_s_fingerprint_follows_what_is_set() -> None:
    found = check("words")
    assert found["first"] == found["alike"] and len(set(found["others"])) == 5 and found["first"] not in found["others"]
    assert found["then"] not in (found["first"], *found["others"])


def test_fingerprints_tell_apart_what_rasa_s_own_tell_apart() -> None:
    found = check("fingerprints")
    for kind, distinct in (("features", 20), ("examples", 8)):
        ours, again, rasa_s = found[kind]
        assert ours == again
        assert len(set(ours)) == len(ours) == distinct >= len(set(rasa_s))
    assert found["later"] == [True, True, 1]


def test_the_examples_are_rasa_s_and_read_once(tmp_path: Path) -> None:
    said = [{"intent": "greet", "examples": "- xin chào\n- chào\n"}, {"intent": "thank", "examples": "- cảm ơn\n"}]
    (tmp_path / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": said}), encoding="utf-8")
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents: [greet, thank]\n', encoding="utf-8")
    found = check("examples", str(tmp_path))
    assert found["texts"] == ["xin chào", "chào", "cảm ơn"] and found["alike"]
    assert found["reads"] == 1 and found["kinds"] == [True] and found["both"]


def test_any_text_has_a_token() -> None:
    given = ["", "   ", "🙂🙂", "\u0000\u200b", "?!", "x" * 5000, "/choose_plan{}"]
    found = check("tokens", given=given)
    assert all(found[text]["lemmas"] for text in given)


def test_what_was_written_is_kept_and_abbreviations_are_read_in_full() -> None:
    written = "Đk  mh\u200b cho ĐUK"
    found = check("tokens", given=[written, "register dk"])
    assert found[written]["original"] == written
    assert found[written]["text"] == "Đk mh cho ĐUK"
    assert found[written]["lemmas"] == ["dang ky", "mo hinh", "cho", "dang uy khoi"]
    assert "register" in found["register dk"]["lemmas"]


def test_a_message_is_read_as_it_was_meant(tmp_path: Path) -> None:
    learnt = ["lùi lại bước trước", "xin chào trợ lý", "xin chao"]
    asked = {"lui lai buoc truoc dk mh": "lùi lại bước trước đăng ký mô hình", "xin chào": "xin chào", "∅": "∅"}
    found = check("meant", str(tmp_path), given={"learnt": learnt, "asked": list(asked)})
    assert found["new"] == found["loaded"] == asked
    assert found["examples"] == ["lùi lại bước trước", "xin chào trợ lý", "xin chào"]
    assert found["no words"] is None and found["fingerprint_follows_rewriting"]


def test_a_message_is_encoded_once_as_it_was_meant() -> None:
    examples = ["lùi lại bước trước", "xin chào trợ lý", "xin chào", "tạm biệt"]
    given = {"examples": examples, "text": "lui lai buoc truoc dk mh", "meant": "lùi lại bước trước đăng ký mô hình"}
    found = check("sentence", given=given)
    assert found["asked"] == [given["meant"]]
    assert found["sequence"] == [6, 4] and found["zero"]
    assert found["sentence"] == [[0.0, 6.0, 0.0, 0.0]]
    assert found["fingerprint_follows_encoder"] and found["refused"]
    assert sorted([*found["encoded"], "xin chào"]) == sorted(examples)  # one vector was kept
    assert found["examples"]["xin chào"] == [0.0, 0.0, 0.0, 6.0]
    assert found["examples"]["xin chào trợ lý"] == [0.0, 0.0, 6.0, 0.0]


def test_a_message_is_for_what_the_examples_like_it_are_for(tmp_path: Path) -> None:
    learnt = {"lùi lại bước trước": "go_back", "lùi lại đi": "go_back", "xin chào": "greet", "tạm biệt": "goodbye"}
    found = check("classified", str(tmp_path), given={"learnt": learnt, "text": "lùi bước"})
    assert found["new"]["intent"]["name"] == "go_back" and found["new"]["intent"]["confidence"] > 0.5
    assert found["loaded"]["intent"] == pytest.approx(found["new"]["intent"])
    ranking = found["loaded"]["ranking"]
    assert ranking[0]["name"] == "go_back" and len(ranking) == 3
    assert sum(each["confidence"] for each in ranking) == pytest.approx(1)
    assert sorted((each["confidence"] for each in ranking), reverse=True) == [e["confidence"] for e in ranking]
    nothing = {"name": None, "confidence": 0.0}
    assert found["no words"] == nothing and found["untaught"] == nothing
    assert found["weights"] == "2 weights for 1 kinds of sparse features"
    assert found["refused"] == [True, True] and found["damage"] != "not told"


def test_letters_of_a_message_weigh_the_same_whatever_its_length_and_marks() -> None:
    given = ["đăng ký", "dang ky", "đăng ký mô hình dân vận khéo cho chi bộ của chúng tôi nhé"]
    outcome = check("letters", given=given)
    assert outcome["refused"]
    found = outcome["found"]
    assert all(each["length"] == pytest.approx(5.0) and each["sequence"] == 0 for each in found.values())
    assert found[given[0]]["columns"] == found[given[1]]["columns"] != found[given[2]]["columns"]


def test_a_rare_word_counts_more_and_all_numbers_count_as_one(tmp_path: Path) -> None:
    learnt = ["gửi báo cáo cho tôi", "gửi mô hình cho tôi", "có 12 mô hình", "ừ"]
    asked = ["gửi báo cáo", "gui bao cao", "có 7 mô hình", "ừ", "cho tôi đó", "nguyễn trãi", "∅"]
    meant = {"gui bao cao": "gửi báo cáo"}
    found = check("rarity", str(tmp_path), given={"learnt": learnt, "asked": asked, "meant": meant})
    new, loaded = found["taught"]
    for text, textbook in zip(asked, found["textbook"], strict=True):
        assert loaded[text] == pytest.approx(new[text], abs=1e-5)
        assert new[text] == pytest.approx(textbook, abs=1e-6)
    assert new["gửi báo cáo"] == new["gui bao cao"]
    ends_and_pairs, with_marks = {"< gui", "gui bao", "bao cao"}, {"~gửi", "~báo", "~cáo"}
    assert set(new["gửi báo cáo"]) == {"gui", "bao", "cao"} | ends_and_pairs | with_marks
    assert new["gửi báo cáo"]["bao"] > new["gửi báo cáo"]["gui"]
    assert sum(weight**2 for weight in new["gửi báo cáo"].values()) == pytest.approx(1, abs=1e-5)
    assert "__number__ mo" in new["có 7 mô hình"] and "~__number__" in new["có 7 mô hình"]
    assert set(new["ừ"]) == {"u", "< u", "u >", "~ừ"} and "toi >" not in new["cho tôi đó"]
    assert new["nguyễn trãi"] == new["∅"] == {}
    assert found["untaught"] == [{text: {} for text in asked}] * 2 and found["no words"] == 0


def test_a_training_is_rasas_with_a_collector_that_seldom_looks() -> None:
    found = check("training")
    assert found["argv"] == ["rasa", "train", "--data", "nlu_data"]
    assert found["looks"] > 10_000


def test_hints_have_the_weight_of_the_setting() -> None:
    assert check("hints") == {"values": [3.0], "refused": True}


def test_entities_stand_where_they_were_written() -> None:
    written = "  đăng ky\u0301  2 mô hình từ tha\u0301ng 5/2023"
    found = check("entities", given=[written])[written]
    assert [(each["entity"], each["value"], written[each["start"] : each["end"]]) for each in found] == [
        ("number", "2", "2"),
        ("period", "2023-05", "tha\u0301ng 5/2023"),
    ]
    assert {each["extractor"] for each in found} == {"EntityExtractor"}


def test_answers_of_the_action_server_are_still_checked() -> None:
    found = check("schema")
    assert found["untouched_by_import"] and found["compiled"] and found["idempotent"]
    assert len(found["verdicts"]) == 9
    for name, (before, after, by_names) in found["verdicts"].items():
        assert (before is True) == (after is True) == by_names == (name in ("good", "nothing", "several events")), name
        assert before == after
    assert "by their names" in found["refused"]


@pytest.fixture(scope="module")
def held_out() -> dict[str, str]:
    by_intent = yaml.safe_load(CHECKS.with_name("held_out.yml").read_text(encoding="utf-8"))
    return {str(text): intent for intent, texts in by_intent.items() for text in texts}


def effect(intent: str) -> str:
    """What a message leads to: a question is answered, whatever it is about."""
    return "answer" if intent in ("ask_plan", "out_of_scope") else intent


def effects(parsed: dict[str, Any]) -> set[str]:
    """What a message that was parsed leads to, at once or by choosing one of the meanings that are offered."""
    if parsed["intent"] != UNSURE:
        return {effect(parsed["intent"] or "")}
    likely = [(name, confidence) for name, confidence in parsed["ranking"] if name != UNSURE]
    name, confidence = likely[0]
    if name in COURTESIES and confidence >= COURTESY_FROM:
        return {name}
    return {effect(each) for each in likeliest([name for name, _ in likely])}


@pytest.mark.slow
def test_unseen_messages_reach_the_right_action(held_out: dict[str, str], trained_model: Path) -> None:
    button, others = '/choose_plan{"plan_id": "honglinh-2023"}', ["", "🙂", "x" * 3000]
    unmarked = {unmark(text): intent for text, intent in held_out.items()}
    found = check("pipeline", str(trained_model), given=[*held_out, *unmarked, button, *others])
    for measured in (held_out, unmarked):
        assert len(measured) > 120
        right = {text: effect(intent) in effects(found[text]) for text, intent in measured.items()}
        at_once = [text for text, good in right.items() if good and len(effects(found[text])) == 1]
        wrong = [(text, found[text]["intent"]) for text, good in right.items() if not good]
        assert len(measured) - len(wrong) >= 0.94 * len(measured), wrong
        assert len(at_once) >= 0.85 * len(measured), set(measured) - set(at_once)
    assert (found[button]["intent"], found[button]["entities"]) == ("choose_plan", {"plan_id": "honglinh-2023"})
