"""``archc.from_module``: a module of torch as text, proven to be the same network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from archc.api import proving, reference
from archc.api.formatting import format as laid_out
from archc.api.proving import Proof, UnprovenError, proven
from archc.errors import ArchError, ImportRefusedError, SettingError
from archc.importing.calls.reading import modules
from archc.importing.model import written
from archc.importing.problems import ImportingError
from archc.importing.whole import Given, inputs_of, read_whole, sizes_of
from archc.request.choice import names_for
from archir.base.optional import require
from archir.base.record import Record

if TYPE_CHECKING:
    from archc.torch.tracing.runs import Seen
    from archc.torch.types import nn

Arguments: TypeAlias = Mapping[int, Mapping[str, Any]]
"""By the identity of a module, what its constructor was given."""

IMAGE = Given(None, (1, 3, 224, 224), "float32")
"""What flows in where nothing is said."""

FORMS = ("blocks", "in order", "flat")
"""The ways to write a module, the one with most structure first. The second has blocks too, and all
sums with their operands as they are."""


class ImportReport(Record):
    """What is known of an imported text. All of it is proven: what is not is never handed out."""

    name: str
    form: str
    """How much structure was found: ``"blocks"``, or ``"flat"`` with a scope for each module."""

    lines: int
    proofs: tuple[Proof, ...]
    """The sizes at which the text and the module were compared, and what was found equal."""

    variables: tuple[str, ...]
    """The sizes that may vary."""

    numbers: tuple[str, ...]
    """The sizes that were kept as numbers: the module runs at no others, or does other things."""

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.lines} lines, {self.form}"]
        lines += [f"  at {', '.join(p.inputs)}: equal {', '.join(p.checks)}" for p in self.proofs]
        if self.numbers:
            lines.append(f"  kept as numbers: {', '.join(self.numbers)}")
        return "\n".join(lines)


class ImportedText(str):
    """Text in the language, with what is known of it in ``report``."""

    report: ImportReport


def from_module(
    module: nn.Module, inputs: Sequence[Any] | Mapping[str, Any], name: str | None = None
) -> ImportedText:
    """The text of a module: one model, which is the same network bit by bit, or an error.

    ``inputs`` are one for each tensor that its forward takes, in order or by name: a tensor, of
    which shape and dtype count, or a shape, or text as ``"1x3x224x224"`` and ``"1x16:int64"``.
    The first dim is the batch; spatial dims and lengths become size variables where the module
    runs at other sizes too. Nothing of the module is changed.

    What is proven, at these sizes and at two others: the state dict's keys in order, shapes and
    dtypes, buffers that the text writes down, outputs in evaluation and training, gradients and
    running statistics, with random weights. ``.report`` of the text says it.

    Raises ``ImportRefusedError``, with the module's path, the source line and the op, where the
    language cannot say what the module does.
    """
    require("torch")
    pairs = inputs.items() if isinstance(inputs, Mapping) else ((None, each) for each in inputs)
    given = [given_as(key, each) for key, each in pairs]
    return imported(module, given, name or type(module).__name__, {})


def from_callable(
    target: str, given: Sequence[Given], arguments: Mapping[str, Any]
) -> ImportedText:
    """The text of what a callable makes that is imported by its name, as ``verify`` does."""
    net, shown, known = made_by(target, arguments)
    return imported(net, given or [IMAGE], shown, known)


def made_by(target: str, arguments: Mapping[str, Any]) -> tuple[nn.Module, str, Arguments]:
    """What a target makes, a name for it, and what its parts' constructors were given."""
    require("torch")
    from archc.torch.tracing.constructors import made

    function, shown = callable_of(target)
    net, known = made(lambda: reference.call(function, target, arguments))
    return net, shown, known


def callable_of(target: str) -> tuple[Callable[..., Any], str]:
    """What makes the module that a target names, and a name for it.

    A target is a callable as ``torchvision.models.resnet18``, ``timm:resnet18``, a class of
    configurations of transformers (``transformers.BertConfig``), or ``hf:`` and the file of one.
    """
    source, _, name = target.partition(":")
    if source == "hf" and name:
        return reference.of_config_file(name), names_for(Path(name).stem)[0]
    if source == "timm" and name.isidentifier():
        make = reference.resolve("timm.create_model")
        return lambda **arguments: make(name, **arguments), name
    function, shown = reference.resolve(target), re.split(r"[.:]", target)[-1]
    of_config = reference.of_config_class(function)
    return (function, shown) if of_config is None else (of_config, shown.removesuffix("Config"))


def imported(
    net: nn.Module,
    given: Sequence[Given],
    name: str,
    arguments: Arguments,
    plans: Sequence[frozenset[str]] = (),
) -> ImportedText:
    """The text of a module, by the form with most structure that is proven.

    ``plans`` are the dims that may be size variables, all that there are where they are not given.
    """
    failed = ""
    for plan in plans or _plans(given):
        failed = ""
        try:
            seen = _watched(net, given, plan, arguments)
            for form in FORMS:
                try:
                    return _in_form(net, seen, given, name, plan, form)
                except (ImportingError, UnprovenError, ArchError) as error:
                    failed = failed or _said(error)  # of the form that was wanted most
                    if isinstance(error, ImportingError) and error.is_final:
                        raise ImportRefusedError(f"{name} cannot be imported: {failed}") from error
        except ImportingError as error:
            failed = _said(error)
    raise ImportRefusedError(f"{name} cannot be imported: {_of_layer(net) or failed}")


def _of_layer(net: nn.Module) -> str:
    """Why a layer of torch with weights is no model: its keys begin with no name."""
    keys = [key for key, _ in net.named_parameters(recurse=False)]
    if not type(net).__module__.startswith("torch.nn.") or not keys or [*net.children()]:
        return ""
    return (
        f"it is one layer of torch, and no label stands before its {keys[0]}, as one does in a"
        " model: give it one in a module of yours, or put it into nn.Sequential"
    )


def _said(error: Exception) -> str:
    if isinstance(error, ImportingError):
        return error.message()
    if isinstance(error, ArchError) and error.diagnostics:
        return error.diagnostics[0].problem.message()
    return str(error)


def _plans(given: Sequence[Given]) -> Iterator[frozenset[str]]:
    """Which dims are size variables: all that may be, then the batch alone."""
    axes = {axis for each in given for axis in each.axes()[1:] if axis}
    if axes:
        yield frozenset({"N", *axes})
    yield frozenset({"N"})


def plans_for_parts(given: Sequence[Given]) -> list[frozenset[str]]:
    """Those of a part, which may have no batch: then all of its sizes are numbers."""
    return [*_plans(given), frozenset()]


def _watched(
    net: nn.Module, given: Sequence[Given], plan: frozenset[str], arguments: Arguments
) -> Seen:
    from archc.torch.tracing.numbering import TracingError
    from archc.torch.tracing.runs import see

    try:
        dtypes = [each.dtype for each in given]
        return see(net, arguments, sizes_of(given, plan), dtypes, modules())
    except TracingError as error:
        raise ImportingError(error.said, error.path, error.place) from error


def _in_form(
    net: nn.Module,
    seen: Seen,
    given: Sequence[Given],
    name: str,
    plan: frozenset[str],
    form: str,
) -> ImportedText:
    from archc.torch.tracing.tree import elements

    whole = read_whole(elements, seen, given, plan)
    text = proving.spelled_out(written(whole, inputs_of(given, plan, seen), name, form), name)
    proofs = tuple(proven(net, text, name, whole.body))
    axes = {"N", *(axis for each in given for axis in each.axes() if axis)}
    numbers = tuple(sorted(axes - plan))
    made = ImportedText(laid_out(text))
    found = "blocks" if form != "flat" and "\nblock " in text else "flat"
    made.report = ImportReport(
        name, found, len(made.splitlines()), proofs, tuple(sorted(plan)), numbers
    )
    return made


# --- what the user gives --------------------------------------------------------------------------


def described(text: str) -> Given:
    """``NAME=1x3x224x224:int64`` as an input; the name and the dtype may be left out."""
    name, equals, rest = text.rpartition("=")
    shape, _, dtype = rest.partition(":")
    extents = shape.split("x")
    right = all(each.isdigit() and int(each) > 0 for each in extents)
    if not right or (equals and not name.isidentifier()):
        raise SettingError(
            f"an input is written NAME=1x3x224x224, not {text}",
            "its dtype may stand behind: ids=1x16:int64",
        )
    dtype = {"": "float32", "int": "int64", "float": "float32"}.get(dtype, dtype)
    if dtype not in ("float32", "int64", "bool"):
        raise SettingError(f"an input is of float32, int64 or bool, not {dtype}")
    return Given(name or None, tuple(map(int, extents)), dtype)


def given_as(name: str | None, value: Any) -> Given:
    if isinstance(value, str):
        found = described(value)
        return Given(name or found.name, found.extents, found.dtype)
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return Given(name, tuple(value.shape), str(value.dtype).removeprefix("torch."))
    if isinstance(value, Sequence) and all(isinstance(each, int) for each in value):
        return Given(name, tuple(value), "float32")
    raise TypeError(f"an input is a tensor, a shape, or a text as '1x3x224x224', not {value!r:.60}")
