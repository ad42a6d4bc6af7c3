"""What is said of a name that means nothing where it stands, and what was likely meant by it."""

from __future__ import annotations

from archdsl import rules
from archdsl.project.locate import EXAMPLES, example_names, library_names
from archdsl.resolve.context import Context, nothing
from archdsl.tree import ast
from archdsl.tree.walk import bound_names, nodes
from archir.base.diagnostics import Label, Problem, nearest
from archir.catalogue.registry import ops
from archir.init.initialisers import FANS, GIVEN
from archir.program.builtins import BUILTINS
from archir.program.expressions import Nameless
from archir.program.nodes import Expr

_STRINGS = frozenset(
    {"same", "valid", "reflect", "replicate", "circular", "nearest", "bilinear", "bicubic"}
)
"""Words that arguments take in quotes, and that nothing is called."""

_BATCHES = frozenset({"b", "bs", "bsz", "batch", "batch_size", "batchsize"})
"""What others call the number of examples, which an input here names."""

_CURRENT = frozenset(
    {"x", "h", "out", "inp", "inputs", "img", "image", "images", "hidden", "hidden_states"}
    | {"tensor", "features", "feat", "feats", "hidden_state", "input_tensor", "prev", "previous"}
)
"""What others call the value at hand, which has no name here."""


def unknown_name(ctx: Context, name: ast.Name, *, is_value: bool = False) -> Expr:
    """Report a name that means nothing here; ``is_value`` where it flows in by its place."""
    if ctx.outside:
        return Nameless(name.span, _outside(ctx, name.text))
    if ctx.is_lenient:
        return ctx.unclear(name.span)
    kind, text = ctx.owner.kind, name.text
    how = f"declare it: as a parameter of the {kind}, or as `let {text} = …`"
    if is_value:
        how = f"a value is named where it is made: `… as {text}`"
    _say_unknown(ctx, name, how if ctx.flows else None)
    return nothing(name.span)


def unknown_stage(ctx: Context, node: ast.PartUse) -> str | None:
    """The same of a name that stands as a stage; gives what was likely meant, if it is here."""
    name = node.name
    if ctx.is_lenient:
        ctx.session.wrong.add(ctx.owner)
        return None
    how = f"declare it: `block {name.text}(…) {{ … }}`; `archc ops` lists the ops"
    if node.arguments is None and node.branches is None:
        how = f"a value is named where it is made: `… as {name.text}`; a block is declared: "
        how += f"`block {name.text}(…) {{ … }}`; `archc ops` lists the ops"
    found = _say_unknown(ctx, name, None, how, is_stage=True)
    if node.arguments is not None and _of_another_form(ctx, name.text, found) is not None:
        ctx.moot.append(node.arguments.span)
    return found


def _say_unknown(
    ctx: Context,
    name: ast.Name,
    to_declare: str | None,
    otherwise: str | None = None,
    *,
    is_stage: bool = False,
) -> str | None:
    """Say of a name that it means nothing here, and what was likely meant, which is given."""
    text = name.text
    ended = ctx.scope.ended.get(text)
    if ctx.bound is None and ended is None:
        found = reversed(list(bound_names(ctx.owner.node)))
        ctx.bound = {bound.text: bound for bound in found}
    later = None if ctx.bound is None else ctx.bound.get(text)
    near = library = note = likely = None
    labels: tuple[Label, ...] = ()
    if ended is not None:
        note = f"{text} lives to the end of the braces in which it is bound"
        labels = (Label(ended.span, "it is bound here"),)
    elif later is not None:
        note = "a name can be used only after it is bound"
        labels = (Label(later.span, "it is bound here"),)
    elif text in FANS:
        note = f"{text} is known in the arguments of an initialiser alone"
    else:
        near, library = _likely(ctx, text, is_stage)
        likely = near if library is None else None
        note = _of_another_form(ctx, text, near)
        if to_declare is not None:
            near = None if _is_size(ctx, near) and len(text) == 1 else near
            note = note or (to_declare if near is None else None)
        elif near is None:
            note = note or otherwise
    ctx.report(rules.names.UnknownName(text, near, note, library), name.span, labels)
    return likely


def _of_another_form(ctx: Context, text: str, near: str | None) -> str | None:
    """What to be told of what has no name here, and is said in another way."""
    from archir.base.elsewhere import form_elsewhere, form_of_rank  # seldom needed
    from archir.base.likeness import letters
    from archir.base.missing import not_yet
    from archir.base.synonyms import synonym

    if (other := form_of_rank(text)) is not None:
        return other
    is_same = near is not None and letters(near.strip('"')) == letters(text)
    if synonym(text) is not None or is_same:
        return None
    if (labelled := _as_label(ctx, text)) is not None:
        return labelled
    if ctx.flows and near is None and text.casefold() in _CURRENT:
        return _as_current(ctx, text)
    if text.casefold() in _BATCHES and (batch := _batch(ctx)) is not None:
        return f"the batch is `{batch}` here: so the input names it"
    if text == "C" and ctx.flows and near is None:
        return "the channels of what flows in are `_.channels`"
    return form_elsewhere(text) or not_yet(text)


def _as_current(ctx: Context, text: str) -> str:
    """What to be told of a name that others give to the value at hand."""
    inputs = [node.name.text for node in nodes(ctx.owner.node) if isinstance(node, ast.InputItem)]
    flowing = "what flows here is `_`, and the next stage takes it by itself"
    if not inputs:
        how = f"`input {text}: [N, C, H, W]` as its first statement"
        return f"{flowing}; what comes in has a name where the {ctx.owner.kind} has {how}"
    came = ", ".join(f"`{name}`" for name in inputs[:3])
    return f"{flowing}; what came in is {came}"


def _is_size(ctx: Context, name: str | None) -> bool:
    """Whether it is the name of a size: a letter is too little to tell one by."""
    symbol = None if name is None else ctx.scope.find(name)
    return symbol is not None and symbol.kind == "dim"


def _as_label(ctx: Context, text: str) -> str | None:
    """What to be told of a name that a stage has for a label, or several in a loop."""
    from archdsl.tree.labelled import label_meant

    found = label_meant(ctx.owner.node, text)
    if found is None:
        return None
    if found.is_same and not found.is_looped:
        return (
            f"{text} is a label, which names a module; its value is named behind it: `… as {text}`"
        )
    name = found.stem if found.stem.isidentifier() else "each"
    if found.is_looped:
        return (
            f"{found.text} labels a module in each turn of a loop; what it gives is named"
            f" there, `… as {name}`, and behind the loop `{name}[0]` is that of the first turn"
        )
    return (
        f"{found.text} is a label, which names a module; what stands in it has a value by a"
        f" name of its own: `… as {text}`"
    )


def _likely(ctx: Context, text: str, is_stage: bool) -> tuple[str | None, str | None]:
    """The name that was likely meant, and the library that has it, if it is not in sight."""
    from archir.base.elsewhere import constant_elsewhere  # a right file has no need of these
    from archir.base.synonyms import synonym

    if (constant := constant_elsewhere(text)) is not None:
        return constant, None
    near = ctx.session.suggest(text, ctx.visible())
    if near is not None and near.casefold() == text.casefold():
        return near, None
    if ctx.session.suggest.left <= 0:
        return near, None
    if text.casefold() in _STRINGS and not is_stage:
        return f'"{text.casefold()}"', None
    known = library_names()
    if text in known:
        return text, known[text]
    if text in example_names():
        return text, f"{EXAMPLES}.{text}"
    near = synonym(text) or near
    beyond = ctx.session.suggest(text, known) if near is None else None
    return (near, None) if beyond is None else (beyond, known[beyond])


def _batch(ctx: Context) -> str | None:
    """The name of the batch: the first dim that the body's input names."""
    dims = (each for each in ctx.scope.bound if each.kind == "dim")
    first = next(dims, None)
    return None if first is None else first.name


def _outside(ctx: Context, text: str) -> Problem:
    """What is wrong with a name in a setting that means nothing."""
    near = nearest(text, [*ctx.file.names, *BUILTINS, *ops(), *GIVEN])
    note = None if near else "a string stands in quotes: 'name=\"value\"'"
    return rules.names.UnknownName(text, near, note)
