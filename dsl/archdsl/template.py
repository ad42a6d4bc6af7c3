"""From a declaration's syntax tree to its template: names looked up, arguments bound by name."""

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
from archir.template import Template, Unfollowable


def template_of(declared: Declared, home: FileScope) -> Template | None:
    """The template of a block or model, or None where its text cannot be followed."""
    node = declared.node
    if not isinstance(node, ast.PartDeclaration):
        return None
    try:
        return _Translator(home).declaration(node)
    except Unfollowable:
        return None


_Called: TypeAlias = (
    template.OpValue | template.BlockValue | template.InitialiserValue | template.Function
)
"""What takes arguments."""


class _Scope(Struct):
    """Names of one pair of braces, and what each of them is: local, value or dim."""

    parent: _Scope | None = None
    names: dict[str, template.Expr | template.Named] = fresh(factory=dict)

    def find(self, name: str) -> template.Expr | template.Named | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None


class _Translator:
    def __init__(self, home: FileScope) -> None:
        self.home = home
        self.scope = _Scope()
        self.values = self.scope.names
        """Where names of values are bound: they outlive their braces."""

        self.looping = 0

    # --- declarations -------------------------------------------------------------------------

    def declaration(self, node: ast.PartDeclaration) -> Template:
        parameters = tuple(self._parameter(param) for param in node.params)
        inputs: list[str] = []
        rules: list[template.Rule] = []
        statements: list[ast.Statement] = []
        for statement in node.body.statements:
            if isinstance(statement, ast.Input):
                inputs.extend(self._input(item) for item in statement.items)
            elif isinstance(statement, ast.InitStatement):
                rules.extend(self._rule(rule) for rule in statement.rules)
            else:
                statements.append(statement)
        body = self.body(ast.Body(node.body.span, tuple(statements)), opens=False)
        return Template(
            node.name.text,
            prose(node.doc),
            prose(self.home.file.doc),
            parameters,
            tuple(inputs),
            body,
            tuple(rules),
            template.is_labelled(body),
        )

    def function(self, declared: Declared, node: ast.Function) -> template.Function:
        parameters = tuple(self._parameter(param) for param in node.params)
        value = self.expr(node.value)
        return template.Function(node.name.text, prose(node.doc), parameters, value, declared)

    def _parameter(self, param: ast.Param) -> template.Parameter:
        default = None if param.default is None else self.expr(param.default)
        self._bind(param.name.text, template.Local(param.name.text))
        return template.Parameter(param.name.text, _type(param.type), default)

    def _input(self, item: ast.InputItem) -> str:
        name = item.name.text
        for place, dim in enumerate(item.shape.dims):
            if isinstance(dim.value, ast.Name) and dim.value.text != "_" and place == 1:
                self._bind(dim.value.text, template.Channels(name))
        self._bind(name, template.Named(name))
        return name

    def _rule(self, rule: ast.Rule) -> template.Rule:
        selector = rule.selector
        value = self.expr(rule.value)
        return template.Rule(selector.target, selector.parameter, selector.is_path, value)

    def _bind(self, name: str, meaning: template.Expr | template.Named) -> None:
        self.scope.names[name] = meaning

    # --- statements ---------------------------------------------------------------------------

    def body(self, node: ast.Body, *, opens: bool = True) -> template.Body:
        if opens:
            self.scope = _Scope(self.scope)
        statements = tuple(
            translated
            for item in node.statements
            if (translated := self._statement(item)) is not None
        )
        if opens:
            assert self.scope.parent is not None
            self.scope = self.scope.parent
        return template.Body(statements)

    def _statement(self, node: ast.Statement) -> template.Statement | None:
        if isinstance(node, ast.Pipeline):
            return self._pipeline(node)
        if isinstance(node, ast.Let):
            value = self.expr(node.value)
            return template.Let(self._locals(node.names), value)
        if isinstance(node, ast.For | ast.RepeatLoop):
            return self._loop(node)
        if isinstance(node, ast.If):
            arms = tuple((self.expr(test), self.body(body)) for test, body in node.arms)
            return template.If(arms, None if node.otherwise is None else self.body(node.otherwise))
        if isinstance(node, ast.Assert):
            try:
                return template.Assert(self.expr(node.condition), self.expr(node.message))
            except Unfollowable:
                return None  # it is about sizes, of which a constructor knows nothing
        raise Unfollowable(type(node).__name__)

    def _locals(self, names: tuple[ast.Identifier, ...]) -> tuple[str, ...]:
        for name in names:
            self._bind(name.text, template.Local(name.text))
        return tuple(name.text for name in names)

    def _loop(self, node: ast.For | ast.RepeatLoop) -> template.Loop:
        iterable = self.expr(node.iterable if isinstance(node, ast.For) else node.count)
        self.scope = _Scope(self.scope)
        self.looping += 1
        targets = self._locals(node.targets) if isinstance(node, ast.For) else ()
        body = self.body(node.body, opens=False)
        self.looping -= 1
        assert self.scope.parent is not None
        self.scope = self.scope.parent
        return template.Loop(targets, iterable, body)

    def _pipeline(self, node: ast.Pipeline) -> template.Pipeline:
        stages = tuple(self._stage(stage) for stage in node.stages)
        names = tuple(name.text for name in node.names)
        if names and self.looping:
            raise Unfollowable("a value named in a loop is a list behind it")
        for name in names:
            if name != "_":
                self.values[name] = template.Named(name)
        return template.Pipeline(stages, names)

    # --- stages -------------------------------------------------------------------------------

    def _stage(self, node: ast.Stage) -> template.Stage:
        label: template.Expr | None = None
        if node.label is not None:
            name = node.label.name
            if name is None:
                raise Unfollowable("a number of its own")
            label = template.Literal(name) if isinstance(name, str) else self.expr(name)
        condition = None if node.condition is None else self.expr(node.condition)
        overrides = tuple((o.parameter.text, self.expr(o.value)) for o in node.overrides)
        return template.Stage(label, self._unit(node.unit), overrides, condition, node.span)

    def _unit(self, node: ast.Unit) -> template.Unit:
        if isinstance(node, ast.Sequence):
            return template.Braces(self.body(node.body))
        if isinstance(node, ast.Branches):
            return self._branches(node)
        if isinstance(node, ast.Residual):
            shortcut = None if node.shortcut is None else self.body(node.shortcut)
            return template.Residual(self.body(node.body), shortcut)
        if isinstance(node, ast.Dense):
            return template.Dense(self.body(node.body))
        return self._part(node)

    def _branches(self, node: ast.Branches) -> template.Branches:
        self.scope = _Scope(self.scope)
        items = []
        for item in node.items:
            if not isinstance(item, ast.Pipeline):
                raise Unfollowable("a statement in brackets")
            items.append(self._pipeline(item))
        assert self.scope.parent is not None
        self.scope = self.scope.parent
        return template.Branches(tuple(items))

    def _part(self, node: ast.PartUse) -> template.Unit:
        if node.splice:
            raise Unfollowable("a splice")
        if node.name.text == "_":
            return template.Named("_")
        target = self._lookup(node.name.text)
        if isinstance(target, template.Call) and target.function in ops():
            target = template.OpValue(target.function)  # as a stage it is the op
        if isinstance(target, template.Named):
            return target
        branches = None if node.branches is None else self._branches(node.branches)
        given = () if node.arguments is None else node.arguments.items
        if isinstance(target, template.OpValue | template.BlockValue):
            return template.Part(target, tuple(self._bound(target, given)), branches)
        if isinstance(target, template.Local):
            if any(argument.name is None for argument in given):
                return template.Part(target, tuple(self._positional(given)), branches)
            return template.Part(target, tuple(self._keywords(given)), branches)
        raise Unfollowable("a stage that is no part")

    def _positional(self, given: tuple[ast.Argument, ...]) -> Iterator[tuple[str, template.Expr]]:
        """Arguments of a part held by a parameter: those without names are numbered."""
        for place, argument in enumerate(given):
            name = str(place) if argument.name is None else argument.name.text
            yield name, self.expr(argument.value)

    def _keywords(self, given: tuple[ast.Argument, ...]) -> Iterator[tuple[str, template.Expr]]:
        for argument in given:
            assert argument.name is not None
            yield argument.name.text, self.expr(argument.value)

    def _bound(
        self,
        target: _Called,
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

    # --- expressions --------------------------------------------------------------------------

    def _lookup(self, name: str) -> template.Expr | template.Named:
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
        node = declared.node
        if isinstance(node, ast.PartDeclaration) and node.kind == "block":
            return template.BlockValue(node.name.text, declared)
        if isinstance(node, ast.Let) and len(node.names) == 1:
            value = _Translator(declared.home).expr(node.value)
            return template.Global(name, value, declared)
        if isinstance(node, ast.Function):
            return template.FunctionCall(_Translator(declared.home).function(declared, node), ())
        raise Unfollowable(declared.kind)

    def expr(self, node: ast.Expr) -> template.Expr:
        """An expression with its names looked up."""
        handler = _EXPRESSIONS[type(node)]
        result: template.Expr = handler(self, node)
        return result

    def _name(self, node: ast.Name) -> template.Expr:
        found = self._lookup(node.text) if node.text != "_" else template.Named("_")
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
        self.scope = _Scope(self.scope)
        targets = self._locals(node.targets)
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
        found = template.Named("_") if base.text == "_" else self._lookup(base.text)
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
                found.function, tuple(self._bound(found.function, given.items))
            )
        if isinstance(found, template.OpValue | template.BlockValue):
            more = tuple(self._bound(found, given.items))
            if isinstance(found, template.OpValue):
                return template.OpValue(found.keyword, (*found.arguments, *more))
            return template.BlockValue(found.name, found.origin, (*found.arguments, *more))
        if isinstance(found, template.InitialiserValue):
            return template.InitialiserValue(found.function, tuple(self._bound(found, given.items)))
        raise Unfollowable("a call of what a name holds")


_EXPRESSIONS: dict[type[ast.Node], Callable[[_Translator, Any], template.Expr]] = {
    ast.Name: _Translator._name,
    ast.Number: lambda _, node: template.Literal(node.value),
    ast.Constant: lambda _, node: template.Literal(node.value),
    ast.Text: _Translator._text,
    ast.ListDisplay: lambda self, node: template.ListOf(tuple(map(self.expr, node.items))),
    ast.Comprehension: _Translator._comprehension,
    ast.Arithmetic: _Translator._arithmetic,
    ast.Power: _Translator._power,
    ast.Unary: _Translator._unary,
    ast.Compare: lambda self, node: template.Compare(
        node.operator, self.expr(node.left), self.expr(node.right)
    ),
    ast.Logical: _Translator._logical,
    ast.Range: _Translator._range,
    ast.Conditional: _Translator._conditional,
    ast.Access: _Translator._access,
}


def _parameters(target: _Called) -> tuple[str, ...]:
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
