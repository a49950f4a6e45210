"""Where Kafka keeps a group's commits."""

import pytest

from tests.faults.commit_history import partition_of


@pytest.mark.parametrize(
    ("group", "of_3", "of_50"),
    [
        pytest.param("", 0, 0, id="hash 0"),
        pytest.param("hello", 1, 22, id="hash 99162322"),
        pytest.param("zzzzzz", 1, 14, id="hash -685785664"),
        pytest.param("polygenelubricants", 0, 0, id="hash -2147483648, which has no absolute value"),
    ],
)
def test_a_group_lives_where_kafkas_own_utils_abs_puts_it(group: str, of_3: int, of_50: int) -> None:
    assert (partition_of(group, 3), partition_of(group, 50)) == (of_3, of_50)
