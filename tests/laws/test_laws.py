"""Laws that need no oracle: files written otherwise are the same networks.

What is compared is everything that can be: keys, steps in the order of running, the types of all
values, costs, valid sizes; for small ones also initial weights and outputs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from rewriting import Files, inlined, renamed, split, unrolled
from test_spec import DOCS, SPEC
from torch import Tensor

from archc import pipeline
from archc.api.costing import summary_of
from archc.torch import module
from archc.torch.randomise import random_inputs
from archc.torch.rng import seeded
from archdsl.syntax.parser import parse
from archir.base.source import Source
from archir.check.summary import Port, summarise
from archir.graph.flat import flatten
from archir.graph.text import show_op
from archir.graph.typed import TypedGraph
from archir.shapes.arithmetic import add, multiply, subtract
from archir.shapes.dims import show

ROOT = Path(__file__).resolve().parents[2]
SMALL = 200_000
"""How many parameters a network may have to be run."""

SAMPLES = 3
MIXES = "track_running_stats = false"
"""What normalises a sample by the whole batch, in evaluation too."""

NOISE = ("randn_like", "rand_like")
"""What draws other numbers for other samples."""

LAWS = {"renaming": renamed, "unrolling": unrolled, "inlining": inlined, "splitting": split}


def models(files: Files, folder: Path) -> dict[str, TypedGraph] | None:
    """The models of ``main.arch`` that check, by name; None where anything is wrong."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8", newline="")
    source = Source("main.arch", files["main.arch"])
    checked, found = pipeline.check_source(source, folder / "main.arch")
    if found.has_errors:
        return None
    return {each.name: each.typed for each in checked if each.typed is not None}


def observed(typed: TypedGraph) -> dict[str, Any]:
    """What there is to see of a model, without its text's places and values' names."""
    flat = flatten(typed)
    summary = summarise(typed)
    return {
        "keys": [(m.path, m.state) for m in flat.modules if m.state],
        "steps": [
            (s.op and show_op(s.op), s.module, s.parameter, s.inputs, s.outputs, s.training)
            for s in flat.steps
        ],
        "types": [value.type for value in flat.values],
        "outputs": [(port.name, port.type) for port in summary.outputs],
        "sizes": (str(summary.valid_sizes), str(summary.training_sizes)),
        "costs": summary_of(typed, {}, None, "float32", "sgd").totals,
        "runs": ran(typed) if summary.parameters < SMALL else None,
    }


def ran(typed: TypedGraph) -> list[Any]:
    """Initial weights and outputs, as bytes."""
    net = module(typed, 0).eval()
    with seeded(1), torch.no_grad():
        given = random_inputs(summarise(typed).inputs)
        out = net(*given)
    found = [*net.state_dict().values(), *tensors(out)]
    return [(each.shape, each.numpy().tobytes()) for each in found]


def tensors(out: Any) -> tuple[Tensor, ...]:
    return tuple(out) if isinstance(out, tuple) else (out,)


@pytest.fixture(autouse=True)
def even_kernels_may_copy() -> Iterator[None]:
    """torch warns of the time that ``padding="same"`` takes with an even kernel."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'")
        yield


def corpus() -> Iterator[Any]:
    for case in SPEC + DOCS:
        yield pytest.param({f.name: f.text for f in case.files}, case.main.name, id=case.id)
    for path in sorted((ROOT / "examples").glob("*.arch")):
        beside = {f.name: f.read_text("utf-8") for f in path.parent.glob("*.arch")}
        yield pytest.param(beside, path.name, id=path.stem)


CORPUS = list(corpus())


@pytest.mark.parametrize(("files", "main"), CORPUS)
def test_a_file_written_otherwise_is_the_same_network(
    files: Mapping[str, str], main: str, tmp_path: Path
) -> None:
    text = files[main]
    parsed, problems = parse(Source(main, text))
    if parsed is None or problems.has_errors:
        return
    others = {name: other for name, other in files.items() if name != main}
    before = models({**others, "main.arch": text}, tmp_path / "before")
    if before is None:
        return
    seen = {name: observed(typed) for name, typed in before.items()}
    for law, rewrite in LAWS.items():
        result = rewrite(text)
        if result is None:
            continue
        changed = result if isinstance(result, Mapping) else {"main.arch": result}
        after = models({**others, **changed}, tmp_path / law)
        assert after is not None, f"{law} makes it wrong:\n{changed}"
        for name, typed in after.items():
            assert observed(typed) == seen[name], f"{law} changes {name}:\n{changed}"
        assert after.keys() == before.keys(), law


@pytest.mark.parametrize(("files", "main"), CORPUS)
def test_a_batch_is_its_samples_side_by_side(
    files: Mapping[str, str], main: str, tmp_path: Path
) -> None:
    for typed in (models({**files, "main.arch": files[main]}, tmp_path) or {}).values():
        if MIXES in files[main]:
            continue
        batch = batch_of(typed)
        summary = summarise(typed)
        if batch is None or not all(spreads(port, batch) for port in summary.outputs):
            continue
        one, two, three = (
            summary_of(typed, {}, number, "float32", "sgd").totals for number in (1, 2, SAMPLES)
        )
        assert three.parameters == one.parameters
        each = subtract(two.macs, one.macs)
        assert three.macs == add(one.macs, multiply(each, SAMPLES - 1))
        # What is worked out of a table of the network's own is the same for all samples.
        assert each == one.macs or one.buffers
        if summary.parameters < SMALL and not any(word in files[main] for word in NOISE):
            side_by_side(typed, batch)


def batch_of(typed: TypedGraph) -> str | None:
    """The name of the batch, where it is 1 and free, and the first dim of every input."""
    summary = summarise(typed)
    names = {show(port.type.shape[0]) for port in summary.inputs if port.type.shape}
    if len(names) != 1 or summary.sizes.get(name := names.pop()) != 1:
        return None
    sizes = {**summary.sizes, name: SAMPLES}
    return name if sizes in summary.valid_sizes else None


def spreads(port: Port, batch: str) -> bool:
    return bool(port.type.shape) and show(port.type.shape[0]) == batch


def side_by_side(typed: TypedGraph, batch: str) -> None:
    """A batch's outputs are those of its samples, but for the order of sums."""
    net = module(typed, 0).eval()
    ports = [port.at({**typed.graph.sizes, batch: SAMPLES}) for port in summarise(typed).inputs]
    with seeded(1), torch.no_grad():
        given = random_inputs(tuple(ports))
        whole = tensors(net(*given))
        apart = [tensors(net(*[x[n : n + 1] for x in given])) for n in range(SAMPLES)]
    for place, out in enumerate(whole):
        joined = torch.cat([each[place] for each in apart])
        # Sums round as their terms are large, not as what is left of them.
        is_rounded = joined.is_floating_point() and joined.numel() > 0
        scale = max(1.0, float(joined.abs().max())) if is_rounded else 1.0
        rtol, atol = (1.3e-6, 1e-5 * scale) if is_rounded else (None, None)
        torch.testing.assert_close(out, joined, rtol=rtol, atol=atol)


def test_the_law_of_batches_is_about_such_models(tmp_path: Path) -> None:
    unet = {"main.arch": (ROOT / "examples" / "unet.arch").read_text("utf-8")}
    [*_, typed] = (models(unet, tmp_path) or {}).values()
    assert batch_of(typed) == "N" and spreads(summarise(typed).outputs[0], "N")


def test_every_law_applies_to_many_files() -> None:
    texts = [case.main.text for case in SPEC + DOCS]
    texts += [path.read_text("utf-8") for path in (ROOT / "examples").glob("*.arch")]
    right = [text for text in texts if not parse(Source("text", text))[1].has_errors]
    for law, rewrite in LAWS.items():
        assert sum(rewrite(text) is not None for text in right) >= 10, law
