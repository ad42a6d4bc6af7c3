"""The generator: readable, the same for a seed, and nothing of the language left out."""

from __future__ import annotations

from collections import Counter

from hash_seeds import under_hash_seeds
from hypothesis import HealthCheck, given, settings

from archc.testing.generator import Project, generate, projects
from archc.testing.generator.constructs import CONSTRUCTS
from archdsl.syntax.parser import parse
from archir.base.source import Source
from archir.catalogue.registry import built_in

SEEDS = 6_000


def test_every_construct_and_every_op_is_made() -> None:
    made: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for seed in range(SEEDS):
        project = generate(f"0:{seed}")
        made.update(project.constructs.keys())
        used.update(project.ops.keys())
    assert [name for name in CONSTRUCTS if not made[name]] == []
    assert [name for name in built_in() if not used[name]] == []


def test_a_seed_gives_the_same_files_under_any_hash_seed() -> None:
    code = (
        "from archc.testing.generator import generate;"
        "print([generate(seed).text() for seed in range(60)])"
    )
    assert len(under_hash_seeds("-c", code)) > 10_000


def test_files_are_readable() -> None:
    """Lines of a length that a screen has, and few of them; what parses is most of it."""
    parsed = 0
    for seed in range(300):
        project = generate(seed)
        lines = project.text().splitlines()
        assert len(lines) < 150
        assert sorted(map(len, lines))[int(len(lines) * 0.8)] < 110
        trees = [parse(Source(name, text)) for name, text in project.files.items()]
        parsed += all(tree is not None and not found.has_errors for tree, found in trees)
    assert parsed > 270


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects())
def test_hypothesis_draws_the_same_language(project: Project) -> None:
    assert project.model in project.main
    assert project.files
