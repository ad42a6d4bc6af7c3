"""From a declaration's syntax tree to its template: names looked up, arguments bound by name."""

from __future__ import annotations

from archdsl import ast
from archdsl.docs import prose
from archdsl.program import Declared, FileScope
from archdsl.template_expressions import ExpressionTranslator, Scope
from archir import template
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


class _Translator(ExpressionTranslator):
    # --- declarations -------------------------------------------------------------------------

    def declaration(self, node: ast.PartDeclaration) -> Template:
        parameters = tuple(self.parameter(param) for param in node.params)
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

    def _input(self, item: ast.InputItem) -> str:
        name = item.name.text
        for place, dim in enumerate(item.shape.dims):
            if isinstance(dim.value, ast.Name) and dim.value.text != "_" and place == 1:
                self.bind(dim.value.text, template.Channels(name))
        self.bind(name, template.Named(name))
        return name

    def _rule(self, rule: ast.Rule) -> template.Rule:
        selector = rule.selector
        value = self.expr(rule.value)
        return template.Rule(selector.target, selector.parameter, selector.is_path, value)

    # --- statements ---------------------------------------------------------------------------

    def body(self, node: ast.Body, *, opens: bool = True) -> template.Body:
        if opens:
            self.scope = Scope(self.scope)
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
            return template.Let(self.locals(node.names), value)
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

    def _loop(self, node: ast.For | ast.RepeatLoop) -> template.Loop:
        iterable = self.expr(node.iterable if isinstance(node, ast.For) else node.count)
        self.scope = Scope(self.scope)
        self.looping += 1
        targets = self.locals(node.targets) if isinstance(node, ast.For) else ()
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
        self.scope = Scope(self.scope)
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
        target = self.lookup(node.name.text)
        if isinstance(target, template.Call) and target.function in ops():
            target = template.OpValue(target.function)  # as a stage it is the op
        if isinstance(target, template.Named):
            return target
        branches = None if node.branches is None else self._branches(node.branches)
        given = () if node.arguments is None else node.arguments.items
        if isinstance(target, template.OpValue | template.BlockValue):
            return template.Part(target, tuple(self.bound(target, given)), branches)
        if isinstance(target, template.Local):
            if any(argument.name is None for argument in given):
                return template.Part(target, tuple(self.positional(given)), branches)
            return template.Part(target, tuple(self.keywords(given)), branches)
        raise Unfollowable("a stage that is no part")
