"""Parameters of declarations: their names, types, domains and defaults."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl import rules
from archdsl.project.program import Declared
from archdsl.resolve.context import Context, nothing
from archdsl.resolve.expressions import visit
from archdsl.resolve.initialisers import initialiser
from archdsl.resolve.literals import describe_literal, literal
from archdsl.resolve.scope import Symbol
from archdsl.tree import ast
from archir.base.diagnostics import Label, nearest
from archir.init.initialisers import InitialiserSpec
from archir.program.declarations import Items, Parameter
from archir.program.expressions import Target
from archir.program.nodes import Expr
from archir.program.types import TYPES, TypeName, wanted


def parameters(ctx: Context, params: tuple[ast.Param, ...]) -> tuple[Parameter, ...]:
    """Resolve parameters in order: a default or domain may use the parameters before it."""
    slots = [ctx.scope.parameter(param.name.text) for param in params]
    return tuple([_parameter(ctx, *each) for each in zip(params, slots, strict=True)])


def _parameter(ctx: Context, param: ast.Param, slot: int) -> Parameter:
    declared = None
    if param.type is not None and _is_type(ctx, param.type):
        declared = _plain(param.type)
    domain = None if param.domain is None else visit(ctx, param.domain)
    items = () if declared is None or param.type is None else _items(ctx, param.type)
    default: Expr | None = None
    if param.default is not None:
        is_init = declared is not None and declared.name == "init"
        default = (initialiser if is_init else visit)(ctx, param.default)
    before = ctx.refusals
    _values(ctx, param, declared)
    if ctx.refusals > before:  # whatever is given then, nobody knows what is meant
        domain, default = None, None if param.default is None else nothing(param.default.span)
    _bind(ctx, param, slot)
    target = Target(param.name.span, param.name.text, slot)
    return Parameter(param.span, target, declared, domain, default, items)


def _bind(ctx: Context, param: ast.Param, slot: int) -> None:
    name = param.name
    first = ctx.scope.params.get(name.text)
    if name.text == "_":
        ctx.report(rules.names.UnderscoreAsName("a parameter"), name.span)
    elif first is not None:
        label = Label(first.span, "it is declared here first")
        ctx.report(rules.names.NameDeclaredTwice(name.text, "parameter"), name.span, (label,))
    else:
        symbol = Symbol(name.text, name.span, "parameter", slot, param=param)
        ctx.scope.params[name.text] = symbol


def _is_type(ctx: Context, node: ast.TypeName) -> bool:
    """Whether a type is one of the language's."""
    if node.name not in TYPES:
        from archir.base.synonyms import type_elsewhere  # a right file has no need of it

        near = type_elsewhere(node.name) or nearest(node.name, TYPES)
        ctx.report(rules.parameters.UnknownType(node.name, near), node.span)
        return False
    if (node.name == "list") != (node.element is not None):
        ctx.report(rules.parameters.WrongTypeArguments(node.name), node.span)
        return False
    return node.element is None or _is_type(ctx, node.element)


def _plain(node: ast.TypeName) -> TypeName:
    """A type without what it says of the items of lists."""
    return TypeName(node.span, node.name, None if node.element is None else _plain(node.element))


def _items(ctx: Context, node: ast.TypeName) -> tuple[Items, ...]:
    """What a type says of the items of lists, from the outermost; nothing where it says none."""
    found: list[Items] = []
    inner: ast.TypeName | None = node
    while inner is not None and inner.element is not None:
        domain = None if inner.domain is None else visit(ctx, inner.domain)
        count = None if inner.count is None else visit(ctx, inner.count)
        found.append(Items(inner.span, domain, count))
        inner = inner.element
    return tuple(found) if any(each.domain or each.count for each in found) else ()


def _values(ctx: Context, param: ast.Param, declared: TypeName | None) -> None:
    """Hold what is plain to see of a default and a domain against type and domain."""
    owner, name = ctx.owner.name, param.name.text
    for expr in _members(param.domain):
        _of_type(ctx, f"the domain of {name}", declared, expr)
    if param.default is not None:
        # That none stands for an absent value of any type, the elaborator knows as well; and what
        # is no initialiser has been reported.
        is_init = param.type is not None and param.type.name == "init"
        checked = not is_init and not _stands_for_nothing(param)
        if _of_type(ctx, name, declared if checked else None, param.default):
            _in_domain(ctx, param, param.default)
    for domain in _domains(param):
        if _is_empty(domain):
            what = f"{name} of {owner}"
            ctx.report(rules.parameters.EmptyDomain(what, domain.span.text), domain.span)


def _domains(param: ast.Param) -> Iterator[ast.Expr]:
    """The domain of a parameter, and those of the items of lists."""
    if param.domain is not None:
        yield param.domain
    inner = param.type
    while inner is not None:
        if inner.domain is not None:
            yield inner.domain
        inner = inner.element


def _is_empty(domain: ast.Expr) -> bool:
    if isinstance(domain, ast.Range):
        first, last = literal(domain.first), literal(domain.last)
        return bool(first and last) and _above(first, last)
    return isinstance(domain, ast.ListDisplay) and not domain.items


def _stands_for_nothing(param: ast.Param) -> bool:
    return isinstance(param.default, ast.Truth) and param.default.value is None


def _members(domain: ast.Expr | None) -> Iterator[ast.Expr]:
    if isinstance(domain, ast.ListDisplay):
        yield from domain.items
    elif isinstance(domain, ast.Range):
        yield from (domain.first, domain.last)
        if domain.step is not None:
            yield domain.step


def _above(first: tuple[object] | None, last: tuple[object] | None) -> bool:
    low, high = (bound[0] if bound else None for bound in (first, last))
    numbers = isinstance(low, int | float) and isinstance(high, int | float)
    return numbers and low > high  # type: ignore[operator]


def _of_type(ctx: Context, what: str, declared: TypeName | None, expr: ast.Expr) -> bool:
    """Whether an expression may be of a type; reports one that surely is not."""
    if declared is None or may_be(ctx, declared, expr):
        return True
    given = describe_literal(expr) or _describe_name(ctx, expr)
    ctx.report(
        rules.parts.ArgumentOfWrongType(ctx.owner.name, what, wanted(declared), given), expr.span
    )
    return False


def may_be(ctx: Context, declared: TypeName, expr: ast.Expr) -> bool:
    """Whether an expression can be of a type, as far as its text says."""
    if isinstance(expr, ast.ListDisplay):
        element = declared.element
        return element is not None and all(may_be(ctx, element, item) for item in expr.items)
    if isinstance(expr, ast.Comprehension | ast.Range):
        return declared.name == "list"
    if isinstance(expr, ast.Text):
        return declared.name == "string"
    found = literal(expr)
    if found is None:
        kind = _kind_of_name(ctx, expr)
        return kind is None or kind == declared.name
    value = found[0]
    if value is None:
        return declared.name in ("op", "block", "init")
    if isinstance(value, bool):
        return declared.name == "bool"
    return declared.name == "float" or (declared.name == "int" and isinstance(value, int))


def _kind_of_name(ctx: Context, expr: ast.Expr) -> str | None:
    """``op``, ``block`` or ``init`` for the name of such a thing, with arguments or without."""
    name = expr
    if isinstance(expr, ast.Access):
        if len(expr.trailers) != 1 or not isinstance(expr.trailers[0], ast.Arguments):
            return None
        name = expr.base
    if not isinstance(name, ast.Name) or name.text == "_":
        return None
    found = ctx.meaning(name.text, is_call=name is not expr)
    if isinstance(found, Declared):
        return "block" if found.kind in ("block", "model") else None
    if isinstance(found, InitialiserSpec):
        return "init"
    return "op" if isinstance(found, type) else None


def _describe_name(ctx: Context, expr: ast.Expr) -> str:
    kind = _kind_of_name(ctx, expr)
    words = {"op": "the op", "block": "the block", "init": "the initialiser", None: "the value"}
    return f"{words[kind]} {expr.span.text}"


def _in_domain(ctx: Context, param: ast.Param, default: ast.Expr) -> None:
    domain = param.domain
    found = literal(default)
    if found is None or domain is None or found[0] is None:
        return
    if isinstance(domain, ast.Range):
        outside = _above(literal(domain.first), found) or _above(found, literal(domain.last))
    elif isinstance(domain, ast.ListDisplay):
        members = [literal(item) for item in domain.items]
        outside = None not in members and not any(_same(m, found) for m in members)
    else:
        return
    if outside:
        problem = rules.parts.OutsideDomain(
            ctx.owner.name, param.name.text, domain.span.text, default.span.text
        )
        ctx.report(problem, default.span)


def _same(first: tuple[object] | None, second: tuple[object]) -> bool:
    return first is not None and first == second and type(first[0]) is type(second[0])
