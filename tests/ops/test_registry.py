"""Every op keeps the contract: documented, with an example that runs and torch's arguments."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import torch

import archc
from archir.catalogue import index, reference
from archir.catalogue.registry import built_in, ops
from archir.op.contract import Op, arguments_of

ROOT = Path(__file__).resolve().parents[2]

each_op = pytest.mark.parametrize("op", ops().values(), ids=ops())

OWN_ARGUMENTS = {
    "depthwise": {"multiplier"},
    "layer_norm": {"dims"},
    "multihead_attention": {
        *("attn_mask", "key_padding_mask", "is_causal", "need_weights", "average_attn_weights"),
    },
    "pad": {"mode"},
    "rms_norm": {"dims"},
}
"""Arguments that torch's class does not have."""

OWN_DEFAULTS = {
    "concat": {"dim"},
    "chunk": {"dim"},
    "multihead_attention": {"batch_first"},
    **{kind: {"batch_first"} for kind in ("lstm", "gru", "rnn")},
    "split": {"dim"},
    "pad": {"value"},
    "softmax": {"dim"},
    "softmin": {"dim"},
    "log_softmax": {"dim"},
}
"""Arguments with a default other than torch's; each is named as an exception in the reference."""

INFERRED = {
    *("in_channels", "in_features", "num_features", "num_channels", "normalized_shape"),
    *("input", "other", "tensors", "out", "embed_dim", "kdim", "vdim", "input_size"),
}
"""What torch asks for and the language reads off the incoming values."""

NOT_OFFERED = {"device", "dtype", "return_indices"}
"""What torch offers and has no place in an architecture, or no use yet."""


TABLES = {"max_norm", "norm_type", "scale_grad_by_freq", "sparse", "_weight", "_freeze"}
"""How a table of vectors is trained, and torch's own ways to make one of given vectors."""

UNUSED = {
    "alpha_dropout": {"inplace"},
    "feature_alpha_dropout": {"inplace"},
    "hardtanh": {"min_value", "max_value"},
    "embedding": TABLES,
    "embedding_bag": {*TABLES, "include_last_offset"},
}
"""What torch's class takes and has no use here: it does nothing, has another name, is training."""


def torch_parameters(op: type[Op]) -> dict[str, inspect.Parameter]:
    target: Any = reduce(getattr, op.torch_name.split(".")[1:], torch)
    if isinstance(target, type) and issubclass(target, torch.nn.RNNBase):
        return recurrent_parameters(target)
    return dict(inspect.signature(target).parameters)


def recurrent_parameters(kind: type[torch.nn.RNNBase]) -> dict[str, inspect.Parameter]:
    """Those of a class whose constructor is written with stars: its base has all of them."""
    found = dict(inspect.signature(torch.nn.RNNBase).parameters)
    del found["mode"]
    if kind is not torch.nn.LSTM:
        del found["proj_size"]  # an error for the others
    if kind is not torch.nn.RNN:
        return found
    own = inspect.Parameter("nonlinearity", inspect.Parameter.KEYWORD_ONLY, default="tanh")
    places = list(found.items())
    return dict([*places[:3], ("nonlinearity", own), *places[3:]])  # as its own page has it


def is_class(op: type[Op]) -> bool:
    return re.match(r"torch\.nn\.[A-Z]", op.torch_name) is not None


@each_op
def test_is_documented(op: type[Op]) -> None:
    prose = reference.prose(op)
    assert prose.partition("\n")[0].endswith((".", "`."))
    assert f"`{op.torch_name}`" in prose or op.torch_name.removesuffix("2d") in prose
    for name, wanted, _, description in reference.arguments(op):
        assert description, f"{name} has no description"
        assert not re.search(r"typing|Annotated|<class", wanted), wanted


@each_op
def test_example_runs(op: type[Op]) -> None:
    text = reference.example(op)
    assert re.search(rf"\b{op.keyword}\b", text), "the example shows the op"
    result = archc.check(archc.Source("example.arch", text))
    assert [d.problem.message() for d in result.diagnostics] == []


@each_op
def test_defaults_and_order_are_those_of_torch(op: type[Op]) -> None:
    if not is_class(op):
        return
    theirs = torch_parameters(op)
    own = OWN_ARGUMENTS.get(op.keyword, set())
    assert set(op.own_arguments) == own
    mine = [name for name in op.arguments() if name not in own]
    shared = [name for name in theirs if name in mine]
    assert mine == shared, "torch's names in torch's order"
    for name in mine:
        field = arguments_of(op)[name]
        default = theirs[name].default
        if name not in OWN_DEFAULTS.get(op.keyword, set()):
            given = inspect.Parameter.empty if field.is_required() else field.default
            assert given == default and type(given) is type(default), name


@each_op
def test_no_argument_of_torch_is_forgotten(op: type[Op]) -> None:
    if not is_class(op) or op.keyword == "identity":  # nn.Identity takes and ignores anything
        return
    derived = {"out_channels", "groups"} if op.keyword == "depthwise" else set()
    keywords = {
        name
        for name, parameter in torch_parameters(op).items()
        # torch adds keyword-only arguments between versions.
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    }
    derived |= UNUSED.get(op.keyword, set())
    assert keywords - INFERRED - NOT_OFFERED - derived <= set(op.arguments())


def test_exceptions_to_torchs_names_are_in_the_reference() -> None:
    for keyword in {*OWN_ARGUMENTS, *OWN_DEFAULTS, "global_avg_pool"}:
        assert f"- `{keyword}`" in reference.page()


def test_keywords_are_words_of_the_language() -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", keyword) for keyword in ops())


def test_reference_is_up_to_date() -> None:
    assert (ROOT / "docs" / "ops.md").read_text("utf-8") == reference.page()


def test_check_of_the_reference_can_fail(tmp_path: Path) -> None:
    path = tmp_path / "ops.md"
    assert reference.main([str(path)]) == 0
    assert reference.main(["--check", str(path)]) == 0
    path.write_text(path.read_text("utf-8") + "more\n", "utf-8")
    assert reference.main(["--check", str(path)]) == 1
    assert reference.main(["--check", str(tmp_path / "none.md")]) == 1
    assert reference.main([]) == 2


def test_index_is_up_to_date() -> None:
    assert index.main(["--check"]) == 0


def test_check_of_the_index_can_fail(tmp_path: Path) -> None:
    path = tmp_path / "index.py"
    assert index.main(["--check"], path) == 1
    assert index.main([], path) == 0
    assert index.main(["--check"], path) == 0
    path.write_text(path.read_text("utf-8").replace('"weight", ', ""), "utf-8")
    assert index.main(["--check"], path) == 1
    assert index.main(["more"], path) == 2


@each_op
def test_index_tells_the_family_and_the_weights(op: type[Op]) -> None:
    family, weights = built_in()[op.keyword]
    assert op.__module__ == f"archir.ops.{family}"
    assert op.weights == weights


def test_only_the_families_in_use_are_imported() -> None:
    text = "model m() { input x: [N, 3, 8, 8]\n  conv(4, 3) -> relu }"
    code = (
        "import sys, archc; "
        f"assert archc.check(archc.Source('m', {text!r})).ok; "
        "print(sorted(n for n in sys.modules if n.startswith('archir.ops.')))"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = run.stdout
    assert "archir.ops.convolution" in loaded
    assert "archir.ops.dense" not in loaded and "archir.ops.shape" not in loaded


def loads_torch(before: str) -> bool:
    code = f"import sys; {before}; from archir.catalogue.registry import ops; list(ops().values())"
    verdict = f"{code}; sys.exit('torch' in sys.modules)"
    return subprocess.run([sys.executable, "-c", verdict], check=False).returncode == 1


def test_ops_are_found_without_torch() -> None:
    assert not loads_torch("pass")
    assert loads_torch("sys.modules['torch'] = sys"), "the test can fail"
