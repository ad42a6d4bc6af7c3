"""Models of ``transformers``: by a class of configurations, or by the file of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from archc.api import reference
from archc.errors import SettingError

ATTENTION = "eager"
"""How attention is computed: by the ops that the paper writes down, which all its models have."""


def of_class(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """What makes the model of a class of configurations; None for what is no such class."""
    if not isinstance(function, type) or not hasattr(function, "model_type"):
        return None
    kind = function
    return lambda **arguments: _model(kind(**arguments), ())


def of_file(path: str) -> Callable[..., Any]:
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
        config = reference.resolve("transformers.AutoConfig.for_model")
        return _model(config(kind, **{**given, **arguments}), tuple(found.get("architectures", ())))

    return make


def _model(config: Any, architectures: tuple[str, ...]) -> Any:
    """A model with initial weights: the first architecture named, or the bare one."""
    transformers = reference.resolve("transformers.AutoModel")
    config._attn_implementation = ATTENTION
    if hasattr(config, "use_cache"):
        config.use_cache = False  # what a cache holds is no output of a network
    if architectures:
        return reference.resolve(f"transformers.{architectures[0]}")(config)
    return transformers.from_config(config, attn_implementation=ATTENTION)  # type: ignore[attr-defined]
