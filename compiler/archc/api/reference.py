"""What ``archc verify`` compares with, and what a search trains with: Python that the user names.

This is the one place that imports what a user names.
"""

from __future__ import annotations

import inspect
import json
import pkgutil
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from archc.errors import SettingError, ToolError
from archir.base.diagnostics import nearest
from archir.base.optional import require

if TYPE_CHECKING:
    from archc.torch.types import nn


def resolve(name: str) -> Callable[..., Any]:
    """What ``package.module.name`` or ``package.module:name`` stands for.

    ToolError, with what was probably meant, where there is no such thing or it cannot be imported.
    """
    dotted, colon, inner = name.partition(":")
    words = dotted.split(".") + (inner.split(".") if colon else [])
    if len(words) < 2 or not all(word.isidentifier() for word in words):
        raise SettingError(
            f"what is imported is named package.module.name or package.module:name, not {name}"
        )
    found: Any = _import(words[0], known=True)
    shown = words[0]
    for index, word in enumerate(words[1:], 1):
        if not hasattr(found, word) and isinstance(found, ModuleType):
            _import_inner(found, f"{shown}.{word}")
        if not hasattr(found, word):
            raise _no_attribute(found, shown, words, index)
        found = getattr(found, word)
        shown = f"{shown}.{word}"
    if not callable(found):
        raise ToolError(f"{name} is no callable: it is {_kind(found)}")
    made: Callable[..., Any] = found
    return made


def _import(module: str, *, known: bool = False) -> ModuleType | None:
    """A module; None where there is none of that name, unless it must be known."""
    try:
        with redirect_stdout(sys.stderr):
            return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise _import_failed(module, error) from error
        if not known:
            return None
        near = nearest(module, [each.name for each in pkgutil.iter_modules()])
        hint = f"is {module} installed in this environment?"
        if near is not None:
            hint = f"did you mean {near}? if not, {hint}"
        raise ToolError(f"there is no Python module {module}", hint) from error
    except (Exception, SystemExit) as error:
        raise _import_failed(module, error) from error


def _import_inner(package: ModuleType, module: str) -> None:
    if hasattr(package, "__path__"):
        _import(module)


def _import_failed(module: str, error: BaseException) -> ToolError:
    return ToolError(f"the Python module {module} cannot be imported: {_said(error)}")


def _no_attribute(found: Any, shown: str, words: list[str], index: int) -> ToolError:
    known = [name for name in dir(found) if not name.startswith("_")]
    if hasattr(found, "__path__"):
        known += [each.name for each in pkgutil.iter_modules(found.__path__)]
    near = nearest(words[index], known)
    hint = None
    if near is not None:
        hint = f"did you mean {'.'.join([*words[:index], near, *words[index + 1 :]])}?"
    return ToolError(f"{shown} has no {words[index]}", hint)


def call(function: Callable[..., Any], shown: str, arguments: Mapping[str, Any]) -> nn.Module:
    """What the callable returns, which must be a module of torch."""
    require("torch")
    if _is_module(function):
        raise ToolError(f"{shown} is a module already; name what makes it")
    written = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    try:
        made = function(**arguments)
    except (Exception, SystemExit) as error:
        hint = _near(function, arguments)
        raise ToolError(f"{shown}({written}) raises {_said(error)}", hint) from error
    if not _is_module(made):
        raise ToolError(f"{shown}({written}) returns {_kind(made)}, not a torch.nn.Module")
    module: nn.Module = made
    return module


def _is_module(made: Any) -> bool:
    torch_nn = sys.modules.get("torch.nn")
    return torch_nn is not None and isinstance(made, torch_nn.Module)


def _near(function: Callable[..., Any], arguments: Mapping[str, Any]) -> str | None:
    """The parameter that was probably meant by one that the callable does not have."""
    try:
        known = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    for name in arguments:
        near = None if name in known else nearest(name, known)
        if near is not None:
            return f"did you mean {near}?"
    return None


def _said(error: BaseException) -> str:
    first = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _kind(value: Any) -> str:
    name = type(value).__name__
    return "None" if value is None else f"a{'n' if name[:1] in 'AEIOUaeiou' else ''} {name}"


# --- models of transformers ---------------------------------------------------------------------


ATTENTION = "eager"
"""How attention is computed: by the ops that the paper writes down, which all its models have."""


def of_config_class(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """What makes the model of a class of configurations; None for what is no such class."""
    if not isinstance(function, type) or not hasattr(function, "model_type"):
        return None
    kind = function
    return lambda **arguments: _model(kind(**arguments), ())


def of_config_file(path: str) -> Callable[..., Any]:
    """What makes the model of a ``config.json``: the architecture that it names.

    What is given beside it stands in the place of what the file says. Nothing is downloaded.
    ``SettingError`` where the file is no configuration of a model that transformers has.
    """
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError(f"{path} cannot be read as JSON: {error}") from error
    kind = found.get("model_type") if isinstance(found, dict) else None
    if not isinstance(kind, str):
        raise SettingError(f"{path} has no model_type, as a configuration of transformers has")
    given: Mapping[str, Any] = {key: value for key, value in found.items() if key != "model_type"}

    def make(**arguments: Any) -> Any:
        config = resolve("transformers.AutoConfig.for_model")
        return _model(config(kind, **{**given, **arguments}), tuple(found.get("architectures", ())))

    return make


def _model(config: Any, architectures: tuple[str, ...]) -> Any:
    """A model with initial weights: the first architecture named, or the bare one."""
    transformers = resolve("transformers.AutoModel")
    config._attn_implementation = ATTENTION
    if hasattr(config, "use_cache"):
        config.use_cache = False  # what a cache holds is no output of a network
    if architectures:
        return resolve(f"transformers.{architectures[0]}")(config)
    return transformers.from_config(config, attn_implementation=ATTENTION)  # type: ignore[attr-defined]
