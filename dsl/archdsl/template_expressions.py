"""Expressions of templates: names looked up, arguments bound by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from archdsl import ast
from archdsl.builtins import BUILTINS
from archdsl.docs import prose
from archdsl.program import Declared, FileScope
from archir import template
from archir.initialisers import FANS, INITIALISERS
from archir.record import Struct, fresh
from archir.registry import ops
from archir.template import Unfollowable

Called: TypeAlias = (
    template.OpValue | template.BlockValue | template.InitialiserValue | template.Function
)
"""What takes arguments."""


DEEPEST = 100
"""Expressions inside each other, constants by name among them, are translated as deep as this."""


class Scope(Struct):
    """Names of one pair of braces, and what each of them is: local, value or dim."""

    parent: Scope | None = None
    names: dict[str, template.Expr | template.Named] = fresh(factory=dict)

    def find(self, name: str) -> template.Expr | template.Named | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None


class ExpressionTranslator:
    """Translates what has a value, with the names that are in sight."""

    def __init__(self, home: FileScope, around: ExpressionTranslator | None = None) -> None:
        self.home = home
        self.depth: int = around.depth if around else 0
        self.declared: dict[Declared, template.Expr] = around.declared if around else {}
        """What stands in a file by name and has been translated: each once, however often used."""
        self.scope = Scope()
        self.values = self.scope.names
        """Where names of values are bound: they outlive their braces."""

        self.looping = 0

    def function(self, declared: Declared, node: ast.Function) -> template.Function:
        parameters = tuple(self.parameter(param) for param in node.params)
        value = self.expr(node.value)
        return template.Function(node.name.text, prose(node.doc), parameters, value, declared)

    def parameter(self, param: ast.Param) -> template.Parameter:
        default = None if param.default is None else self.expr(param.default)
        self.bind(param.name.text, template.Local(param.name.text))
        return template.Parameter(param.name.text, _type(param.type), default)

    def bind(self, name: str, meaning: template.Expr | template.Named) -> None:
        """Give a name a meaning in the innermost braces."""
        self.scope.names[name] = meaning

    def locals(self, names: tuple[ast.Identifier, ...]) -> tuple[str, ...]:
        """Bind the names of a ``let`` or a loop."""
        for name in names:
            self.bind(name.text, template.Local(name.text))
        return tuple(name.text for name in names)

    def positional(self, given: tuple[ast.Argument, ...]) -> Iterator[tuple[str, template.Expr]]:
        """Arguments of a part held by a parameter: those without names are numbered."""
        for place, argument in enumerate(given):
            name = str(place) if argument.name is None else argument.name.text
            yield name, self.expr(argument.value)

    def keywords(self, given: tuple[ast.Argument, ...]) -> Iterator[tuple[str, template.Expr]]:
        for argument in given:
            assert argument.name is not None
            yield argument.name.text, self.expr(argument.value)

    def bound(
        self,
        target: Called,
        given: tuple[ast.Argument, ...],
    ) -> Iterator[tuple[str, template.Expr]]:
        """Arguments by name, those given by position too."""
        filled = () if isinstance(target, template.Function) else target.arguments
        taken = {name for name, _ in filled}
        free = [name for name in _parameters(target) if name not in taken]
        if isinstance(target, template.OpValue) and ops()[target.keyword].variadic:
            listed = [argument for argument in given if argument.name is None]
            given = tuple(argument for argument in given if argument.name is not None)
            if listed and free:
                yield free[0], self._gathered([self.expr(argument.value) for argument in listed])
        for place, argument in enumerate(given):
            if argument.name is not None:
                yield argument.name.text, self.expr(argument.value)
            elif place < len(free):
                yield free[place], self.expr(argument.value)
            else:
                raise Unfollowable("too many arguments")

    def _gathered(self, items: list[template.Expr]) -> template.Expr:
        """The list that arguments by position make for a variadic op."""
        if len(items) == 1 and isinstance(items[0], template.ListOf):
            return items[0]
        if len(items) == 1 and not isinstance(items[0], template.Literal):
            raise Unfollowable("an argument that may be a list or an item of one")
        return template.ListOf(tuple(items))

    def lookup(self, name: str) -> template.Expr | template.Named:
        found = self.scope.find(name)
        if found is not None:
            return found
        declared = self.home.names.get(name)
        if declared is not None:
            return self._declared(declared, name)
        if name in FANS:
            raise Unfollowable("a parameter's fans")
        if name in BUILTINS:
            return template.Call(name, ())
        if name in INITIALISERS:
            return template.InitialiserValue(name)
        if name in ops():
            return template.OpValue(name)
        raise Unfollowable(name)

    def _declared(self, declared: Declared, name: str) -> template.Expr:
        found = self.declared.get(declared)
        if found is None:
            found = self.declared[declared] = self._translated(declared, name)
        return found

    def _translated(self, declared: Declared, name: str) -> template.Expr:
        node = declared.node
        if isinstance(node, ast.PartDeclaration) and node.kind == "block":
            return template.BlockValue(node.name.text, declared)
        if isinstance(node, ast.Let) and len(node.names) == 1:
            value = ExpressionTranslator(declared.home, self).expr(node.value)
            return template.Global(name, value, declared)
        if isinstance(node, ast.Function):
            inner = ExpressionTranslator(declared.home, self)
            return template.FunctionCall(inner.function(declared, node), ())
        raise Unfollowable(declared.kind)

    def expr(self, node: ast.Expr) -> template.Expr:
        """An expression with its names looked up."""
        handler = _EXPRESSIONS[type(node)]
        self.depth += 1
        self._hold(0)
        result: template.Expr = handler(self, node)
        self.depth -= 1
        return result

    def _hold(self, count: int) -> None:
        """Unfollowable where so many expressions, each inside the next, would be too deep."""
        if self.depth + count > DEEPEST:
            raise Unfollowable("expressions deep inside each other")

    def _name(self, node: ast.Name) -> template.Expr:
        found = self.lookup(node.text) if node.text != "_" else template.Named("_")
        if isinstance(found, template.Named | template.FunctionCall) or (
            isinstance(found, template.Call) and not found.args
        ):
            raise Unfollowable("a tensor or a function as a value")
        return found

    def _text(self, node: ast.Text) -> template.Expr:
        if all(isinstance(part, str) for part in node.parts):
            return template.Literal("".join(str(part) for part in node.parts))
        return template.Text(
            tuple(part if isinstance(part, str) else self.expr(part) for part in node.parts)
        )

    def _comprehension(self, node: ast.Comprehension) -> template.Expr:
        iterable = self.expr(node.iterable)
        self.scope = Scope(self.scope)
        targets = self.locals(node.targets)
        condition = None if node.condition is None else self.expr(node.condition)
        element = self.expr(node.element)
        assert self.scope.parent is not None
        self.scope = self.scope.parent
        return template.Comprehension(element, targets, iterable, condition)

    def _arithmetic(self, node: ast.Arithmetic) -> template.Expr:
        rest = tuple((sign, self.expr(operand)) for sign, operand in node.rest)
        return template.Arithmetic(self.expr(node.first), rest)

    def _power(self, node: ast.Power) -> template.Expr:
        operands = [self.expr(operand) for operand in node.operands]
        self._hold(len(operands))
        result = operands.pop()
        while operands:
            result = template.Power(operands.pop(), result)
        return result

    def _unary(self, node: ast.Unary) -> template.Expr:
        operand = self.expr(node.operand)
        if node.count % 2:
            return template.Unary(node.operator, operand)
        if node.operator == "not":
            return template.Unary("not", template.Unary("not", operand))
        return operand

    def _logical(self, node: ast.Logical) -> template.Expr:
        return template.Logical(node.operator, tuple(map(self.expr, node.operands)))

    def _conditional(self, node: ast.Conditional) -> template.Expr:
        arms = tuple((self.expr(value), self.expr(test)) for value, test in node.arms)
        return template.Conditional(arms, self.expr(node.otherwise))

    def _range(self, node: ast.Range) -> template.Expr:
        first, last = self.expr(node.first), self.expr(node.last)
        if isinstance(last, template.Literal) and isinstance(last.value, int):
            behind: template.Expr = template.Literal(last.value + 1)
        else:
            behind = template.Arithmetic(last, (("+", template.Literal(1)),))
        return template.Call("range", (first, behind))

    def _access(self, node: ast.Access) -> template.Expr:
        trailers = list(node.trailers)
        result: template.Expr
        if isinstance(node.base, ast.Name):
            result = self._headed(node.base, trailers)
        else:
            result = self.expr(node.base)
        self._hold(len(trailers))
        for trailer in trailers:
            if isinstance(trailer, ast.Index):
                result = template.Subscript(result, self.expr(trailer.index))
            elif isinstance(trailer, ast.Slice):
                first = None if trailer.first is None else self.expr(trailer.first)
                last = None if trailer.last is None else self.expr(trailer.last)
                result = template.Slice(result, first, last)
            else:
                raise Unfollowable("an attribute or a call")
        return result

    def _headed(self, base: ast.Name, trailers: list[ast.Trailer]) -> template.Expr:
        """A name and the first trailers, where these ask a value or call something."""
        found = template.Named("_") if base.text == "_" else self.lookup(base.text)
        if isinstance(found, template.Named):
            first = trailers.pop(0)
            if isinstance(first, ast.Attribute) and first.name == "channels":
                return template.Channels(None if found.name == "_" else found.name)
            raise Unfollowable("what only a tensor's type can say")
        if not isinstance(trailers[0], ast.Arguments):
            return found
        given = trailers.pop(0)
        assert isinstance(given, ast.Arguments)
        if isinstance(found, template.Call):
            args = tuple(self.expr(a.value) for a in given.items if a.name is None)
            kwargs = tuple((a.name.text, self.expr(a.value)) for a in given.items if a.name)
            return template.Call(found.function, args, kwargs)
        if isinstance(found, template.FunctionCall):
            return template.FunctionCall(
                found.function, tuple(self.bound(found.function, given.items))
            )
        if isinstance(found, template.OpValue | template.BlockValue):
            more = tuple(self.bound(found, given.items))
            if isinstance(found, template.OpValue):
                return template.OpValue(found.keyword, (*found.arguments, *more))
            return template.BlockValue(found.name, found.origin, (*found.arguments, *more))
        if isinstance(found, template.InitialiserValue):
            return template.InitialiserValue(found.function, tuple(self.bound(found, given.items)))
        raise Unfollowable("a call of what a name holds")


_EXPRESSIONS: dict[type[ast.Node], Callable[[ExpressionTranslator, Any], template.Expr]] = {
    ast.Name: ExpressionTranslator._name,
    ast.Number: lambda _, node: template.Literal(node.value),
    ast.Constant: lambda _, node: template.Literal(node.value),
    ast.Text: ExpressionTranslator._text,
    ast.ListDisplay: lambda self, node: template.ListOf(tuple(map(self.expr, node.items))),
    ast.Comprehension: ExpressionTranslator._comprehension,
    ast.Arithmetic: ExpressionTranslator._arithmetic,
    ast.Power: ExpressionTranslator._power,
    ast.Unary: ExpressionTranslator._unary,
    ast.Compare: lambda self, node: template.Compare(
        node.operator, self.expr(node.left), self.expr(node.right)
    ),
    ast.Logical: ExpressionTranslator._logical,
    ast.Range: ExpressionTranslator._range,
    ast.Conditional: ExpressionTranslator._conditional,
    ast.Access: ExpressionTranslator._access,
}


def _parameters(target: Called) -> tuple[str, ...]:
    """The names of the parameters of a part or function, in positional order."""
    if isinstance(target, template.Function):
        return tuple(parameter.name for parameter in target.parameters)
    if isinstance(target, template.OpValue):
        return ops()[target.keyword].arguments()
    if isinstance(target, template.InitialiserValue):
        return tuple(argument.name for argument in INITIALISERS[target.function].arguments)
    assert isinstance(target.origin, Declared)
    node = target.origin.node
    assert isinstance(node, ast.PartDeclaration)
    return tuple(param.name.text for param in node.params)


def _type(node: ast.TypeName | None) -> str:
    if node is None:
        return ""
    return node.name if node.element is None else f"{node.name}[{_type(node.element)}]"
