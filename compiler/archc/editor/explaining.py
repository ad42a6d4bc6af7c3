"""What is said of a name: a text for a pointer over it, and a signature while it is called."""

from __future__ import annotations

from archc.editor import hints
from archc.editor.page import Page
from archc.editor.words import Meaning, callee, meaning
from archdsl.project.program import Declared
from archdsl.syntax.docs import prose
from archdsl.tree import ast
from archdsl.tree.unparse import parameter
from archir.base.record import Record
from archir.base.source import Span
from archir.program.builtins import BUILTINS


class Said(Record):
    """A text about a place."""

    markdown: str
    span: Span


class OpenCall(Record):
    """A call that is being written: its signature, the parameters in it, and the one at hand."""

    label: str
    parameters: tuple[str, ...]
    doc: str
    active: int | None


def hover(page: Page, offset: int) -> Said | None:
    """What the name at an offset is, the shapes that its stage gives, and what it costs."""
    from archc.editor import lenses

    found = meaning(page, offset)
    if found is None:
        return None
    parts = [_code(_head(page, found))]
    doc = _doc(found)
    shown = hints.at(page, offset)
    if shown is not None and shown.span.start <= found.span.start:
        parts.append("gives " + "; ".join(f"`{text}`" for text in shown.texts[:6]))
        cost = lenses.of_stage(page, shown.span)
        if cost is not None:
            parts.append(cost)
    if doc:
        parts.append(doc)
    return Said("\n\n".join(parts), found.span)


def signature(page: Page, offset: int) -> OpenCall | None:
    """The call around an offset."""
    open_call = callee(page, offset)
    if open_call is None:
        return None
    token, commas, name = open_call
    found = meaning(page, token.start)
    parameters = () if found is None else _parameters(found)
    if found is None or not parameters:
        return None
    names = [
        each.partition(":")[0].partition("=")[0].partition(" in ")[0].strip() for each in parameters
    ]
    active = names.index(name) if name in names else None if name else min(commas, len(names) - 1)
    label = f"{token.text}({', '.join(parameters)})"
    return OpenCall(label, tuple(parameters), _doc(found), active)


def _head(page: Page, found: Meaning) -> str:
    if found.op is not None:
        return f"{found.op}({', '.join(_parameters(found))})"
    if found.builtin is not None:
        return BUILTINS[found.builtin].usage
    if found.declared is not None:
        return _declared(page, found.declared)
    if found.symbol is not None and found.symbol.param is not None:
        return parameter(found.symbol.param)
    return found.word


def _declared(page: Page, declared: Declared) -> str:
    node = declared.node
    if isinstance(node, ast.PartDeclaration):
        shown = f"{node.kind} {declared.name}({', '.join(map(parameter, node.params))})"
    elif isinstance(node, ast.Function):
        shown = f"fn {declared.name}({', '.join(map(parameter, node.params))})"
    elif isinstance(node, ast.Variant):
        shown = f"model {declared.name} = {node.value.span.text}"
    else:
        shown = f"let {node.span.text.removeprefix('let ')}"
    if page.own(declared.span):
        from archc.editor import lenses

        titles = [one.title for one in lenses.lenses(page) if one.name == declared.name]
        shown = "\n# ".join([shown, *titles])
    return shown


def _parameters(found: Meaning) -> list[str]:
    if found.op is not None:
        from archc.pages.oplist import one_op

        return [
            each.name if each.default is None else f"{each.name} = {each.default}"
            for each in one_op(found.op).arguments
        ]
    node = None if found.declared is None else found.declared.node
    return [parameter(each) for each in getattr(node, "params", ())]


def _doc(found: Meaning) -> str:
    if found.op is not None:
        from archc.pages.oplist import one_op

        return one_op(found.op).doc
    if found.declared is not None:
        return prose(found.declared.node.doc).strip()
    return ""


def _code(text: str) -> str:
    return f"```arch\n{text}\n```"
