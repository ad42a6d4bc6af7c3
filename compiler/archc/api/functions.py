"""The Python API. ``archc`` itself exports these functions; see docs/python.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from archc import pipeline
from archc.api.formats import FORMATS
from archc.api.results import CheckResult
from archc.errors import ArchError, SettingError, SettingTypeError
from archc.request import files
from archc.request.outputs import Outputs, handing
from archc.request.requests import Request
from archc.request.requests import sizes as sizes_asked
from archc.request.settings import Setting, SettingValue, advised, from_values
from archir.base.diagnostics import Diagnostics, nearest
from archir.base.source import Source

if TYPE_CHECKING:
    from archc.api.costing import Summary
    from archc.api.verifying import Against, VerifyResult
    from archc.torch.types import nn
    from archc.torch.weight_files.read import Weights
    from archir.graph.typed import TypedGraph
    from archir.weights.taking import Fit, Match

FileOrSource: TypeAlias = "str | PathLike[str] | Source"
"""A path, the name of an example (``"resnet50"``) where no file has it, or text in hand:
``archc.Source("a name for messages", text)``."""


def load(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    weights: Weights | None = None,
    weights_match: Match = "all",
    weights_map: Mapping[str, str | None] | None = None,
    weights_fit: Mapping[str, Fit] | None = None,
    strip_prefix: bool = False,
    allow_pth: bool = False,
    device: str | None = None,
    outputs: Outputs = "tuple",
    compile: Literal["regions"] | None = None,  # noqa: A002  (torch's own word)
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> nn.Module:
    """The model of a file, or of an example, as a live ``torch.nn.Module`` with initial weights.

    ``model`` is the model's name: without it the model named like the file is meant, or the only
    one. Its parameters are given by keyword; ``settings`` is the same as a mapping, for names that
    are taken here (``settings``, ``weights``, ...) or are no Python names.

    >>> net = archc.load("examples/vgg16.arch", num_classes=10)
    >>> net.classifier[6].out_features
    10

    ``weights`` are copied into it, as by ``load_weights``: a safetensors file,
    ``"torchvision:VGG16_Weights.IMAGENET1K_V1"``, or a state dict. With
    ``weights_match="backbone"`` what fits is taken; what was not is logged as a warning of the
    logger ``archc``. ``weights_map``, ``weights_fit`` and ``strip_prefix`` are those of
    ``load_weights``, and ``allow_pth`` allows files of ``torch.save``. Where the weights replace
    all initial ones, these are not drawn. On the ``device`` ``"meta"`` there are shapes alone.

    Outputs that have names come back in a named tuple, or where ``outputs="dict"`` in a dict. With
    ``compile="regions"`` the blocks that the text repeats are compiled (docs/scale.md).

    Raises ``ArchError`` where the file or a setting is wrong, ``WeightsError`` (an ``ArchError``)
    where the weights do not fit, ``OSError`` where a file cannot be read, and
    ``TorchMissingError`` (an ``ImportError``) where torch is not installed.
    """
    matched = (weights_match != "all", weights_map, weights_fit, strip_prefix)
    _fitting(weights, device, matched)
    typed = handing(compiled(load, path, model, settings, parameters), outputs)
    kept = weights_match != "all" or "initial" in (weights_fit or {}).values()
    net = pipeline.module(typed, None, device, is_filled=weights is not None and not kept)
    if weights is not None:
        from archc.api.weights import load_weights, tell

        report = load_weights(
            net,
            weights,
            match=weights_match,
            map=weights_map,
            fit=weights_fit,
            strip_prefix=strip_prefix,
            allow_pth=allow_pth,
        )
        tell(report)
    return net if compile is None else _compiled(net, typed, compile)


def _fitting(weights: Weights | None, device: str | None, matched: tuple[object, ...]) -> None:
    """Refuse how weights are matched where there are none, and weights that hold no numbers."""
    if weights is None:
        words = ("weights_match", "weights_map", "weights_fit", "strip_prefix")
        for name, given in zip(words, matched, strict=True):
            if given:
                raise ValueError(f"{name} says how weights are matched, and there are no weights")
    elif device is not None and device.startswith("meta"):
        raise ValueError("the device meta holds no numbers, and weights are some")


def _compiled(net: nn.Module, typed: TypedGraph, way: str) -> nn.Module:
    """The module itself, compiled in a way."""
    from archc.api.plans.compiling import compile_module

    compile_module(net, typed, way)
    return net


def loads(
    text: str,
    model: str | None = None,
    /,
    *,
    weights: Weights | None = None,
    weights_match: Match = "all",
    weights_map: Mapping[str, str | None] | None = None,
    weights_fit: Mapping[str, Fit] | None = None,
    strip_prefix: bool = False,
    allow_pth: bool = False,
    device: str | None = None,
    outputs: Outputs = "tuple",
    compile: Literal["regions"] | None = None,  # noqa: A002  (torch's own word)
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> nn.Module:
    """As ``load``, for text in hand."""
    return load(
        Source("<string>", text),
        model,
        weights=weights,
        weights_match=weights_match,
        weights_map=weights_map,
        weights_fit=weights_fit,
        strip_prefix=strip_prefix,
        allow_pth=allow_pth,
        device=device,
        outputs=outputs,
        compile=compile,
        settings=settings,
        **parameters,
    )


def check(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    sizes: Mapping[str, int] | None = None,
    training: bool = False,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> CheckResult:
    """Check a file: every model that stands by itself, or the one that is named or given settings.

    What is wrong is in the result, not raised. Needs no torch.

    >>> result = archc.check("examples/vgg16.arch")
    >>> result.ok, result.models[0].outputs[0].sizes
    (True, (1, 1000))

    The result's ``valid_sizes`` are all sizes at which the model runs. With ``sizes``
    (``{"H": 100}``) it is wrong where it does not run at these, the others being as the file
    declares them, and with ``training`` where it cannot be trained at them.
    """
    request = Request({} if sizes is None else sizes_asked(sizes), training)
    source, where, found = read(path)
    if found.has_errors:
        return CheckResult(tuple(found), ())
    given = settings_of(check, settings, parameters)
    checked, problems = pipeline.check_source(source, where, model, given, request=request)
    found.extend(problems)
    return CheckResult.of(checked, found, where)


def source(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    guard: bool = False,
    outputs: Outputs = "tuple",
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> str:
    """The model as a standalone Python module that needs torch alone. Arguments as for ``load``.

    With ``guard`` the model's ``forward`` raises ValueError for inputs of sizes that are not
    valid, in the words of ``archc check --size``.
    """
    typed = handing(compiled(source, path, model, settings, parameters), outputs)
    return FORMATS["python"].text(typed, guarded=guard)


def summary(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    sizes: Mapping[str, int] | None = None,
    batch: int | None = None,
    dtype: str = "float32",
    optimizer: str = "sgd",
    symbolic: bool = False,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> Summary:
    """What a model costs: parameters, MACs, memory, receptive fields, layer by layer.

    It is counted at the model's default sizes, with those of ``sizes`` (``{"H": 64}``) and the
    ``batch`` in their place; with ``symbolic`` as expressions of the sizes. ``dtype`` is that of
    parameters and activations (``"bf16"``), and ``optimizer`` what remembers numbers for each
    parameter (``"adam"``). Nothing is run, and no torch is needed. The other arguments are as for
    ``load``.

    Raises ``SettingError`` (an ``ArchError``) for sizes, a batch or names that cannot be, and what
    ``load`` raises.

    >>> summary = archc.summary("examples/vgg16.arch")
    >>> summary.totals.parameters, summary.totals.macs
    (138357544, 15470264320)
    """
    if symbolic and (sizes or batch is not None):
        raise SettingError("symbolic is for all sizes: it goes without sizes and batch")
    typed = compiled(summary, path, model, settings, parameters)
    from archc.api.costing import summary_of

    given = {} if sizes is None else sizes
    return summary_of(typed, given, batch, dtype, optimizer, symbolic=symbolic)


def verify(
    path: FileOrSource,
    against: Against,
    model: str | None = None,
    /,
    *,
    arguments: Mapping[str, Any] | None = None,
    sizes: Mapping[str, int] | None = None,
    seed: int = 0,
    rtol: float | None = None,
    atol: float | None = None,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> VerifyResult:
    """Compare the model of a file with one in Python: keys, initial weights, outputs, gradients.

    ``against`` is any callable that returns a ``torch.nn.Module``, or its dotted name, as
    ``"torchvision.models.vgg16"``, which is imported; it is called with ``arguments``. Both are
    run at the model's default sizes, two samples at once, unless ``sizes`` says otherwise
    (``{"H": 64}``). Everything random is drawn from ``seed``; the caller's random state stays as
    it was. With ``rtol`` or ``atol`` what is computed may differ by rounding, as in
    ``torch.allclose``; bits are looked at first. The other arguments are as for ``load``.

    What differs is in the result, not raised. Raises ``ToolError`` where ``against`` cannot be
    imported or called, and what ``load`` raises.
    """
    typed = compiled(verify, path, model, settings, parameters)
    from archc.api.verifying import VerifyResult, rounding_of, trial
    from archir.base.optional import require

    require("torch")
    rounding = rounding_of(rtol, atol)
    tried = trial(typed, against, arguments or {}, sizes or {}, seed, rounding)
    checks = tuple(tried.checks())
    return VerifyResult(tried.model, tried.against, seed, tried.inputs, checks)


def compiled(
    function: Callable[..., object],
    path: FileOrSource,
    model: str | None,
    settings: Mapping[str, SettingValue] | None,
    parameters: Mapping[str, SettingValue],
) -> TypedGraph:
    source, where, found = read(path)
    if not found.has_errors:
        given = settings_of(function, settings, parameters)
        typed, problems = pipeline.compile_source(source, where, model, given)
        found.extend(problems)
        if typed is not None:
            return typed
        found = advised(found, f"the second argument: archc.{function.__name__}(…, 'name')")
    raise ArchError(found)


def read(path: FileOrSource) -> tuple[Source, str | None, Diagnostics]:
    """The text that is meant, and its path if it has one."""
    if isinstance(path, Source):
        return path, None, Diagnostics()
    if isinstance(path, str):
        return files.read_named(path)
    where = fspath(path)
    source, found = files.read_source(where)
    return source, where, found


def settings_of(
    function: Callable[..., object],
    settings: Mapping[str, SettingValue] | None,
    parameters: Mapping[str, SettingValue],
) -> tuple[Setting, ...]:
    """The model's parameters, as a function of this module was given them."""
    if "model" in parameters:  # no parameter of a model: it is a keyword of the language
        word = parameters["model"]
        raise SettingTypeError(
            "the model is named by the second argument, which has no keyword",
            f"write archc.{function.__name__}(…, {word!r:.60})",
        )
    twice = sorted(set(settings or ()) & set(parameters))
    if twice:
        raise TypeError(f"{twice[0]} is given twice: by keyword and in settings")
    found: list[Setting] = []
    for name, value in {**(settings or {}), **parameters}.items():
        try:
            found.extend(from_values({name: value}))
        except SettingTypeError as error:
            near = _nearest_keyword(function, name)
            hint = f"did you mean {near}?" if near else None
            raise SettingTypeError(error.message, hint) from None
    return tuple(found)


def _nearest_keyword(function: Callable[..., object], name: str) -> str | None:
    """What the function itself takes that is nearest to a word that it took for a parameter."""
    from inspect import Parameter, signature

    taken = signature(function).parameters.values()
    return nearest(name, [one.name for one in taken if one.kind is Parameter.KEYWORD_ONLY])
