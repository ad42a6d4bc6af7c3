"""The file: imports, classes, the function that builds the model, and a smoke run."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import lru_cache

from archc.python.body import Body
from archc.python.classes import classify
from archc.python.identifiers import Names
from archc.python.library import Library
from archc.python.lower import lower
from archc.python.printing import print_class
from archc.python.text import INDENT, docstring
from archir.bulk import bulk, refuse
from archir.dims import evaluate
from archir.graph import Apply, Definition, definitions, walk
from archir.op import arguments_of, torch_default
from archir.recipe import ModuleRecipe
from archir.template import Unfollowable
from archir.typed import TypedGraph
from archir.unroll import unroll

IMPORTS = (
    *("OrderedDict", "NamedTuple", "Tensor", "partial", "Callable", "Sequence", "math", "re"),
    *("namedtuple", "annotations"),
)


MOST_STEPS = 50_000
"""Steps of all blocks together; the largest published networks have about 1,000."""


def source(typed: TypedGraph, *, follow: bool = True, guard: bool = False) -> str:
    """The model as a Python module, which needs torch and nothing else.

    It holds a class for each block and one for the model, and runs by itself as a smoke test.
    The classes follow the text, with its loops, conditions and parameters, where that is known to
    give the same model; else, or without ``follow``, they are made from the graph. With ``guard``
    the model checks the sizes of its inputs when it runs.

    Raises ``ModelTooLargeError`` for a model of more steps than can be printed.
    """
    size = bulk(typed)
    refuse(typed, "Python source", size.own, MOST_STEPS)
    follow = follow and size.total <= MOST_STEPS  # it is compared with the graph, step by step
    checked, typed = typed, unroll(typed)
    library = Library(Names(IMPORTS))
    bodies = lower(typed, library)
    plain = _literal(typed, bodies, library.copy())
    for attempt in (_followed, _followed_in_part) if follow else ():
        file = attempt(typed, bodies, library.copy())
        if file is not None and _agree(typed, plain, file):
            return (_guarded(checked, file) if guard else file).text
    return (_guarded(checked, plain) if guard else plain).text


def _guarded(typed: TypedGraph, file: _File) -> _File:
    """The file with a check of the input's sizes."""
    from archc.python.checked import checked

    return replace(file, chunks=checked(typed, file.chunks, file.root, file.library.names))


@dataclass(frozen=True, slots=True)
class _File:
    """A whole file, and the expression that builds the model in it."""

    doc: str
    above: list[str]
    chunks: list[list[str]]
    build: str
    library: Library
    root: str
    """The class of the model."""

    @property
    def text(self) -> str:
        return assemble(self.doc, self.above, self.chunks, self.library)

    @property
    def bare(self) -> str:
        """The text without what it calls besides torch."""
        return assemble(self.doc, self.above, self.chunks)


def _literal(typed: TypedGraph, bodies: dict[Definition, Body], library: Library) -> _File:
    """The model as classes made from its graph, whatever its text is."""
    root = bodies[typed.graph.root]
    classes = classify(root, library.names)
    chunks = [print_class(item, classes).lines for item in classes.order]
    build = f"{classes.of[root].name}()"
    chunks.append(smoke(typed, root, build, library.names))
    return _File("", [], chunks, build, library, classes.of[root].name)


def _followed(typed: TypedGraph, bodies: dict[Definition, Body], library: Library) -> _File | None:
    """The model as classes that follow its text, where it can be followed."""
    from archc.python.follow.file import follow

    try:
        chunks, build, above, doc, name = follow(typed, bodies, library)
    except Unfollowable:
        return None
    chunks.append(smoke(typed, bodies[typed.graph.root], build, library.names))
    return _File(doc, above, chunks, build, library, name)


def _followed_in_part(
    typed: TypedGraph, bodies: dict[Definition, Body], library: Library
) -> _File | None:
    """Blocks that follow their text, and classes made from the graph for all others."""
    from archc.python.follow.file import follow_in_part

    root = bodies[typed.graph.root]
    part = follow_in_part(typed, bodies, library)
    if part is None:
        return None
    try:
        classes = classify(root, library.names, part.construct)
    except Unfollowable:
        return None
    build = f"{classes.of[root].name}()"
    chunks = part.chunks + [print_class(item, classes).lines for item in classes.order]
    chunks.append(smoke(typed, root, build, library.names))
    return _File("", part.above, chunks, build, library, classes.of[root].name)


def _agree(typed: TypedGraph, plain: _File, followed: _File) -> bool:
    """Whether both files make the same model and compute the same."""
    from archc.python.replay import ReplayError, record

    defaults: dict[str, dict[str, object]] = {}
    for definition in definitions(typed.graph):
        for step in walk(definition.steps):
            if isinstance(step, Apply) and step.slot is not None:
                types = typed.concrete_types_of(definition, step.inputs)
                recipe = plain.library.recipe(step.op, types)
                if isinstance(recipe, ModuleRecipe):
                    known = defaults.setdefault(recipe.make.function, {})
                    for name in arguments_of(type(step.op)):
                        known[name] = torch_default(type(step.op), name)
    inputs = len(typed.graph.root.inputs)

    def recorded(file: _File) -> object:
        return record(file.bare, file.build, inputs, defaults, file.library)

    try:
        return recorded(followed) == recorded(plain)
    except (ReplayError, RecursionError, MemoryError):  # the last two: of Python's own parser
        return False


def assemble(
    doc: str, above: list[str], chunks: list[list[str]], library: Library | None = None
) -> str:
    """The whole file from its doc string and its classes and functions."""
    names = _mentioned(above, chunks)
    imports: list[str] = []
    if library is not None:
        library = library.used(names)
        helpers = list(library.helpers())
        if helpers:
            names |= _mentioned([], helpers)
        chunks = [*helpers, *chunks]
        imports += library.imports()
    lines = [*docstring(doc, 0), ""] if doc.strip() else []
    lines += ["from __future__ import annotations", ""]
    standard = [f"import {name}" for name in ("math", "re") if name in names]
    for package, members in _STANDARD:
        used = [name for name in members if name in names]
        standard += [f"from {package} import {', '.join(used)}"] if used else []
    lines += [*standard, ""] if standard else []
    lines.append("import torch")
    if "F" in names:
        lines.append("import torch.nn.functional as F")
    imports.append(f"from torch import {'Tensor, ' if 'Tensor' in names else ''}nn")
    lines += sorted(imports)
    if above:
        lines += ["", *above]
    for index, chunk in enumerate(chunks):
        # Two empty lines around classes and functions, one between imports and constants.
        follows_imports = index == 0 and not above and not chunk[0].startswith(("class ", "def "))
        lines += [*([""] if follows_imports else ["", ""]), *chunk]
    return "\n".join(lines) + "\n"


def _mentioned(above: list[str], chunks: list[list[str]]) -> frozenset[str]:
    """The names that code mentions; what stands in its strings and comments are none."""
    return _names_in("\n".join(line for chunk in (above, *chunks) for line in chunk))


@lru_cache(maxsize=4)  # a file is put together for the comparison, and again to be printed
def _names_in(code: str) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name))


_STANDARD = (
    ("collections", ("OrderedDict", "namedtuple")),
    ("collections.abc", ("Callable", "Sequence")),
    ("functools", ("partial",)),
    ("typing", ("NamedTuple",)),
)


def smoke(typed: TypedGraph, root: Body, build: str, taken: Names) -> list[str]:
    """The smoke run: one forward at the default sizes. It hides none of the file's names."""
    names = Names(taken.taken)
    model, output, shapes = map(names.claim, ("model", "output", "shapes"))
    lines = ['if __name__ == "__main__":', f"{INDENT}{model} = {build}.eval()"]
    arguments = []
    sizes = typed.graph.sizes
    definition = typed.graph.root
    for value, kind in zip(definition.inputs, definition.input_types, strict=True):
        assert kind is not None, "a model's inputs have types"
        name = names.claim(value.name or "x")
        shape = ", ".join(str(evaluate(dim, sizes)) for dim in kind.shape)
        if kind.dtype == "float32":
            lines.append(f"{INDENT}{name} = torch.randn({shape or '()'})")
        else:
            lines.append(f"{INDENT}{name} = torch.zeros({shape or '()'}, dtype=torch.{kind.dtype})")
        arguments.append(name)
    lines += [
        f"{INDENT}with torch.no_grad():",
        f"{INDENT * 2}{output} = {model}({', '.join(arguments)})",
    ]
    if sum(not result.when_training for result in root.results) == 1:
        lines.append(f'{INDENT}print(f"output: {{tuple({output}.shape)}}")')
    else:
        lines.append(f"{INDENT}{shapes} = [tuple(tensor.shape) for tensor in {output}]")
        lines.append(f'{INDENT}print(f"outputs: {{{shapes}}}")')
    numbers = f"sum(p.numel() for p in {model}.parameters())"
    lines.append(f'{INDENT}print(f"parameters: {{{numbers}:,}}")')
    return lines
