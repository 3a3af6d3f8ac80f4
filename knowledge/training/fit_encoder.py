"""Train the upper layers of the encoder on the question banks.

The loss is the cross-entropy of the right row among the rows of a batch (in-batch negatives, van den Oord et al.,
2018), both ways, between a question and another wording of it, and between a question and the snippet that answers it.
Two subjects on which a plan is silent do not stand against each other: they may be one, named by two hands.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_, parametrize

from knowledge.training.engine_file import EngineFile
from knowledge.training.network import Network
from knowledge.training.pairs import Batch, Group, batches

_REPORT_EVERY = 20


@dataclass(frozen=True)
class Recipe:
    """How to train: `size` answers a step, `sharpness` multiplies cosines before the softmax."""

    steps: int = 500
    size: int = 40
    rate: float = 3e-4
    sharpness: float = 30.0
    seed: int = 7


def train(
    weights: Path,
    groups: Sequence[Group],
    rewrite: Callable[[str], str],
    recipe: Recipe,
    say: Callable[[str], None],
) -> bytes:
    """Return the bytes of `weights` with its upper layers trained on `groups`.

    The order of the batches follows from the seed; sums over several threads may differ in the last digits.
    """
    torch.manual_seed(recipe.seed)
    file = EngineFile(weights)
    network = Network(file)
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=recipe.rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share_of_rate(step, recipe.steps))
    losses: list[float] = []
    drawn = batches(groups, recipe.size, recipe.steps, rewrite, random.Random(recipe.seed))
    for step, batch in enumerate(drawn, start=1):
        optimizer.zero_grad()
        loss = loss_of(network, batch, recipe.sharpness)
        loss.backward()  # type: ignore[no-untyped-call]
        clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % _REPORT_EVERY == 0:
            say(f"step {step} of {recipe.steps}: loss {sum(losses[-_REPORT_EVERY:]) / _REPORT_EVERY:.3f}")
    network.write_into(file)
    return bytes(file.data)


def described(recipe: Recipe) -> dict[str, float]:
    """Return the recipe as data."""
    return asdict(recipe)


def loss_of(network: Callable[[Sequence[str]], Tensor], batch: Batch, sharpness: float) -> Tensor:
    """Return how badly `network`, from texts to rows of length 1, brings the rows of a batch together, one number."""
    size = len(batch.questions)
    told = [row for row, passage in enumerate(batch.passages) if passage is not None]
    texts = [*batch.questions, *batch.others, *(passage for passage in batch.passages if passage is not None)]
    with torch.autocast("cpu", dtype=torch.bfloat16), parametrize.cached():
        rows = network(texts).float()
    questions, others, passages = rows[:size], rows[size : 2 * size], rows[2 * size :]
    wordings = (sharpness * questions @ others.T).masked_fill(_both_silent(batch), -torch.inf)
    answers = sharpness * questions[torch.tensor(told)] @ passages.T
    return _both_ways(wordings) + _both_ways(answers)


def _both_silent(batch: Batch) -> Tensor:
    """Return where two different rows of a batch are silent, bool of shape (rows, rows)."""
    silent = torch.tensor([passage is None for passage in batch.passages])
    return silent[:, None] & silent[None, :] & ~torch.eye(len(silent), dtype=torch.bool)


def _both_ways(scores: Tensor) -> Tensor:
    right = torch.arange(len(scores))
    return cross_entropy(scores, right) + 0.5 * cross_entropy(scores.T, right)


def _share_of_rate(step: int, steps: int) -> float:
    """Return a rise over the first tenth, then a straight fall to nothing."""
    warm = max(1, steps // 10)
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
