"""The parts of a module that can be imported, where all of it cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archc import pipeline
from archc.api import importing
from archc.api.importing import Arguments, ImportedText, ImportReport
from archc.errors import ImportRefusedError
from archc.importing.whole import Given
from archc.request.choice import names_for
from archdsl.formatting.files import laid_out
from archir.base.optional import require
from archir.base.record import Record
from archir.base.source import Source
from archir.graph.text import show_typed

if TYPE_CHECKING:
    from archc.torch.tracing.given import PartGiven
    from archc.torch.types import nn

DTYPES = ("float32", "int64", "bool")


class ImportedPart(Record):
    """A part of a module that is a model of the text: ``paths`` are all that are the same."""

    paths: tuple[str, ...]
    model: str
    report: ImportReport


class PartsReport(Record):
    """What of a module is in a text, and what is not."""

    name: str
    parts: tuple[ImportedPart, ...]
    rest: tuple[tuple[str, str], ...]
    """The paths of modules that cannot be said as they are, outermost first, each with its reason.
    What else is in them may be a part."""

    def __str__(self) -> str:
        several = "" if len(self.parts) == 1 else "s"
        lines = [f"{self.name}: {len(self.parts)} model{several}, of its parts"]
        for part in self.parts:
            lines.append(f"  {part.model}: {', '.join(part.paths) or 'all of it'}")
            lines += [f"  {line}" for line in str(part.report).splitlines()[1:]]
        lines += [f"  not {path or 'all of it'}: {reason}" for path, reason in self.rest]
        return "\n".join(lines)


class PartialText(str):
    """Text with a model for each part of a module that can be imported; ``report`` says which."""

    report: PartsReport


def parts_of_module(
    module: nn.Module, inputs: Sequence[Any] | Mapping[str, Any], name: str | None = None
) -> PartialText:
    """What ``from_module`` can say of a module, or else of its parts: a model for each.

    The arguments are those of ``from_module``. The module runs once as it is, on random inputs, to
    see what its parts are given. ``.report`` has the parts, each proven by itself as a module is,
    and what is no part of a model, with the reason.

    Raises ``ImportRefusedError`` where nothing can be said but single layers.
    """
    require("torch")
    pairs = inputs.items() if isinstance(inputs, Mapping) else ((None, each) for each in inputs)
    given = [importing.given_as(key, each) for key, each in pairs]
    return parts_of(module, given, name or type(module).__name__, {})


def parts_of_callable(
    target: str, given: Sequence[Given], arguments: Mapping[str, Any]
) -> PartialText:
    """The same of what a callable makes that is imported by its name, as ``verify`` does."""
    net, shown, known = importing.made_by(target, arguments)
    return parts_of(net, given or [importing.IMAGE], shown, known)


def parts_of(
    net: nn.Module, given: Sequence[Given], name: str, arguments: Arguments
) -> PartialText:
    """The largest parts of a module that can be imported, each a model that is proven.

    A part that cannot be is looked into: so the models are of parts that do not overlap, and what
    is around them is in the report, with the reason. Raises ``ImportRefusedError`` where there is
    none.
    """
    from archc.torch.tracing.given import given_to_parts

    found = _Parts(net, name, arguments)
    found.seen = given_to_parts(net, [(each.extents, each.dtype) for each in given])
    found.look("", given)
    if not found.models:
        raise ImportRefusedError(
            f"no part of {name} can be imported: {found.rest[0][1]}",
        )
    text = PartialText(laid_out(Source(f"{name}.arch", found.text())))
    found.hold(str(text))
    parts = [
        ImportedPart(tuple(paths), model, report) for model, (paths, report) in found.models.items()
    ]
    text.report = PartsReport(name, tuple(parts), tuple(found.rest))
    return text


class _Parts:
    def __init__(self, net: nn.Module, name: str, arguments: Arguments) -> None:
        self.net, self.name, self.arguments = net, name, arguments
        self.seen: Mapping[str, PartGiven] = {}
        self.definitions: dict[str, str] = {}
        """The blocks and models of the text by their names, in its order."""
        self.models: dict[str, tuple[list[str], ImportReport]] = {}
        self.rest: list[tuple[str, str]] = []
        self.graphs: dict[str, str] = {}
        """By model the graph of the text that was proven."""
        self.fresh: dict[str, str] = {}
        """The blocks that have another name here than there, by that of here."""

    def look(self, path: str, given: Sequence[Given]) -> None:
        """Import a part, or else what is in it."""
        part = self.net.get_submodule(path)
        try:
            text = importing.imported(
                part, given, self.model(path), self.arguments, importing.plans_for_parts(given)
            )
        except ImportRefusedError as error:
            reason = str(error).partition(" cannot be imported: ")[2]
            self.rest.append((path, reason))
            self.look_inside(path)
        else:
            self.add(path, text)

    def look_inside(self, path: str) -> None:
        """Import what is in a part: of a list that is never called what is in that."""
        for label, inner in self.net.get_submodule(path).named_children():
            deeper = f"{path}.{label}" if path else label
            if not any(True for _ in inner.children()):
                continue  # a layer alone is no network
            seen = self.seen.get(deeper)
            if seen is None:
                if deeper not in self.seen:
                    self.look_inside(deeper)
            elif not seen.is_alone or any(each[2] not in DTYPES for each in seen.tensors):
                self.rest.append((deeper, "it is given what is no tensor of numbers"))
                self.look_inside(deeper)
            else:
                self.look(deeper, [Given(*each) for each in seen.tensors])

    def model(self, path: str) -> str:
        """What a part is called: by its path, or by the class of an unnamed one."""
        wanted = names_for(path.replace(".", "_"))[0] if path else self.name
        wanted = f"part_{path.replace('.', '_')}" if path[:1].isdigit() else wanted
        while wanted in self.definitions:
            wanted = f"{wanted}_"
        return wanted

    def add(self, path: str, text: ImportedText) -> None:
        """Put what was imported into the text; a part that is there already is named there."""
        made = dict(_definitions(str(text)))
        model = text.report.name
        own = made.pop(model)
        for name in list(made):
            other = self.definitions.get(name)
            if other is not None and other != made[name]:
                fresh = _unused(name, {*self.definitions, *made})
                changed = {
                    key: _renamed(each, name, fresh) for key, each in (*made.items(), (model, own))
                }
                own = changed.pop(model)
                self.fresh[fresh] = name
                made = {fresh if key == name else key: each for key, each in changed.items()}
        for known, (paths, _) in self.models.items():
            if _renamed(own, model, known) == self.definitions[known]:
                paths.append(path)
                return
        self.definitions.update(made)
        self.definitions[model] = own
        self.models[model] = ([path], text.report)
        self.graphs[model] = _graph(str(text), model)

    def hold(self, text: str) -> None:
        """See that each model of the text is the network that was proven by itself."""
        for model, graph in self.graphs.items():
            found = _graph(text, model)
            for fresh, name in self.fresh.items():
                found = re.sub(rf"\b{fresh}\b", name, found)
                graph = re.sub(rf"\b{fresh}\b", name, graph)
            if found != graph:
                raise AssertionError(f"{model} is another network among the others")

    def text(self) -> str:
        """The file."""
        return "arch 1\n\n" + "\n\n".join(self.definitions.values()) + "\n"


def _graph(text: str, model: str) -> str:
    """The typed graph of one model of a text, as text."""
    typed, found = pipeline.compile_source(Source(f"{model}.arch", text), None, model)
    if typed is None:
        raise AssertionError(next(iter(found)).problem.message())
    return show_typed(typed)


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """The blocks and models of a text that is laid out, by name."""
    for found in re.finditer(r"^(?:block|model) (\w+)\b.*?^}", text, re.MULTILINE | re.DOTALL):
        yield found[1], found[0]


def _unused(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"


def _renamed(text: str, name: str, fresh: str) -> str:
    """A definition that has, or uses, another by a fresh name. Labels stay what they are."""
    return re.sub(rf"(?<![\w.\"]){name}\b(?!\"?\s*:)", fresh, text)
