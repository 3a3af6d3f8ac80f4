from unittest.mock import Mock

import numpy as np
import pytest

from bot.nlu import equations
from bot.nlu.equations import solve


@pytest.mark.parametrize("block", [1, 7, 20, 40, 100])
def test_equations_are_solved_block_by_block(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(equations, "BLOCK", block)
    factorise = Mock(wraps=equations.cho_factor)
    monkeypatch.setattr(equations, "cho_factor", factorise)
    random = np.random.default_rng(3)
    rows = random.standard_normal((40, 60)).astype(np.float32)
    matrix, wanted = rows @ rows.T + np.eye(40, dtype=np.float32), random.standard_normal((40, 3)).astype(np.float32)
    right = np.linalg.solve(matrix.astype(np.float64), wanted)
    below = np.tril(matrix) + np.triu(np.full((40, 40), 9, dtype=np.float32), 1)  # what is above is not read
    assert solve(below, wanted) == pytest.approx(right, abs=1e-4)
    at_once = [len(call.args[0]) for call in factorise.call_args_list]
    assert max(at_once) == min(block, 40) and sum(at_once) == 40
    with pytest.raises(np.linalg.LinAlgError):
        solve(-matrix, wanted)
