from __future__ import annotations

from collections.abc import Iterator

import pytest
from running_hostile import Runner


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """What runs the command in fresh processes."""
    with Runner() as made:
        yield made
