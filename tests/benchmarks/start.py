"""The start: a second `make run` until its first answer, over a bare Rasa server with the same model."""

import httpx

from bot.programs import rasa_environment, rasa_server
from tests.benchmarks.bench import FIXED_INTENT, Bench, say
from tests.benchmarks.figures import Row
from tests.benchmarks.servers import started
from tests.benchmarks.timing import p50

ROUNDS = 3


def measure(bench: Bench) -> list[Row]:
    """Start both in turn, everything prepared before."""
    bare, whole = [], []
    with httpx.Client(trust_env=False, timeout=60) as client:
        for _ in range(ROUNDS):
            bare.append(_bare_start(bench, client))
            with bench.assistant(client) as assistant:
                whole.append(assistant.seconds)
    return rows(bare, whole)


def rows(bare: list[float], whole: list[float]) -> list[Row]:
    """Return the figures of starts in seconds, of `rasa run` alone and of the whole assistant."""
    together = f"p50 of {len(bare)} starts of each, in turn"
    return [
        Row(
            "start: first answer",
            p50(whole),
            "s",
            f"`python -m bot run`, prepared before, to a plan question answered and the page up; {together}",
            short=True,
        ),
        Row("start: bare Rasa", p50(bare), "s", f"`rasa run`, same model, to a fixed reply of its domain; {together}"),
        Row("start: first answer over bare Rasa", p50(whole) / p50(bare), "×", together, at_most=1.3, short=True),
    ]


def _bare_start(bench: Bench, client: httpx.Client) -> float:
    """Return the seconds until a Rasa server alone gives a fixed reply."""
    settings = bench.settings
    with httpx.Client(trust_env=False, timeout=5) as other:
        program = rasa_server(settings, bench.model, other)  # type: ignore[arg-type]
    log = settings.logs_folder / "bare.log"

    def answers() -> bool:
        return bool(say(client, settings, "readiness", f"/{FIXED_INTENT}"))

    with started(program.command, rasa_environment(settings), log, answers) as server:
        return server.seconds
