"""The file: imports, classes, the function that builds the model, and a smoke run."""

from __future__ import annotations

import ast
from functools import lru_cache

from archc.python.classes.klass import Class, File
from archc.python.code.identifiers import Names
from archc.python.code.layout import INDENT, Call, Raw, definition, docstring, layout
from archc.python.code.library import Library
from archc.python.writer import Writer
from archir.graph.bulk import bulk, refuse
from archir.graph.graph import Definition
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll
from archir.program.declarations import Block
from archir.shapes.dims import evaluate

IMPORTS = (
    *("OrderedDict", "NamedTuple", "Tensor", "partial", "Callable", "Sequence", "math", "re"),
    *("namedtuple", "annotations", "Any"),
)


MOST_STEPS = 15_000
"""Steps of all blocks together; the largest published networks have about 1,000."""


def source(typed: TypedGraph, *, guard: bool = False) -> str:
    """The model as a Python module, which needs torch and nothing else.

    It holds a class for each block and one for the model, and runs by itself as a smoke test. With
    ``guard`` the model checks the sizes of its inputs when it runs.

    Raises ``ModelTooLargeError`` for a model of more steps than can be printed.
    """
    size = bulk(typed)
    refuse(typed, "Python source", size.own, MOST_STEPS)
    checked, typed = typed, unroll(typed)
    library = Library(Names(IMPORTS))
    file = File(typed, library)
    chunks = Writer(file).write()
    root = file.class_of(file.root)
    build = f"{root.name}()"
    own = typed.graph.root
    origin = own.origin
    doc = origin.file_doc if isinstance(origin, Block) else ""
    if isinstance(origin, Block) and own.name != origin.name:
        chunks.append(_factory(file, root))
        build = f"{file.factory}()"
    if guard:
        from archc.python.guards.guard import checked as guarded

        chunks = guarded(checked, chunks, root.name, library.names)
    above = file.functions.above("\n".join(line for chunk in chunks for line in chunk))
    chunks.append(smoke(typed, own, build, library.names))
    return assemble(doc, above, chunks, library)


def _factory(file: File, root: Class) -> list[str]:
    """The function that a variant is: it passes the model's parameters on."""
    own, block = file.root.definition, file.root.definition.origin
    assert isinstance(block, Block)
    file.factory = file.names.claim(own.name)
    taken = [parameter for _, parameter in root.taken()]
    head = [parameter.head for parameter in taken]
    passed = Call(root.name, tuple((p.name, Raw(p.name)) for p in taken))
    doc = own.doc if own.doc != block.doc else ""
    lines = [*definition(file.factory, head, root.name, 0), *docstring(doc, 1)]
    return [*lines, *layout("return ", passed, "", 1)]


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
    ("typing", ("Any", "NamedTuple")),
)


def smoke(typed: TypedGraph, root: Definition, build: str, taken: Names) -> list[str]:
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
    if typed.in_dict and root.outputs[0].name is not None:
        each = f"{{name: tuple(tensor.shape) for name, tensor in {output}.items()}}"
        lines.append(f"{INDENT}{shapes} = {each}")
        lines.append(f'{INDENT}print(f"outputs: {{{shapes}}}")')
    elif sum(not result.when_training for result in root.outputs) == 1:
        lines.append(f'{INDENT}print(f"output: {{tuple({output}.shape)}}")')
    else:
        lines.append(f"{INDENT}{shapes} = [tuple(tensor.shape) for tensor in {output}]")
        lines.append(f'{INDENT}print(f"outputs: {{{shapes}}}")')
    numbers = f"sum(p.numel() for p in {model}.parameters())"
    lines.append(f'{INDENT}print(f"parameters: {{{numbers}:,}}")')
    return lines
