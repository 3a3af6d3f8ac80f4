import numpy as np
import pytest
from scipy.sparse import csr_matrix, random
from sklearn.preprocessing import normalize

from bot.nlu.unit_rows import unit_rows


def test_rows_have_the_length_one() -> None:
    rows = random(30, 12, density=0.2, format="csr", random_state=4) * 9
    assert 0 in np.diff(rows.indptr)  # some rows hold nothing
    found = unit_rows(rows)
    assert found.dtype == np.float32 and found.shape == rows.shape
    assert found.toarray() == pytest.approx(normalize(rows).toarray(), abs=1e-6)


def test_rows_of_nothing_stay_so() -> None:
    for shape in ((0, 3), (2, 3), (2, 0)):
        assert unit_rows(csr_matrix(shape)).toarray().tolist() == np.zeros(shape).tolist()
    zero = csr_matrix((np.zeros(1), [0], [0, 1]), shape=(1, 2))
    assert unit_rows(zero).toarray().tolist() == [[0, 0]]
