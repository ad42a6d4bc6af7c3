"""Lints about weights: keys that depend on neighbours, and rules that no weight obeys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archir.base.diagnostics import Diagnostic, nearest
from archir.base.source import Span
from archir.check.lints.lint import Inspected, Lint
from archir.graph.graph import Apply, Definition, Scope, Slot, SlotRepeat, Use
from archir.graph.naming import names
from archir.init.init_rules import InitRule, matches


class UnlabelledWeights(Lint):
    """In a scope with labels an unlabelled child is named after its op, and a second one `conv_2`.

    So a neighbour that comes or goes changes the keys of its weights.
    """

    name = "unlabelled-weights"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  stem: conv(8, 3)
  conv(8, 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  stem: conv(8, 3)
  head: conv(8, 3)
}
"""
    part: str
    key: str

    def message(self) -> str:
        return (
            f"{self.part} has weights and no label in a scope where others have one:"
            f" its key is {self.key}, and depends on its neighbours"
        )

    def hint(self) -> str | None:
        return f"give it a label, as in name: {self.part}(…)"

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        for definition, steps in network.steps.items():
            first = {step.slot: step for step in reversed(steps) if isinstance(step, Apply | Use)}
            said: set[Span] = set()
            for scope in _scopes(definition.scope):
                for slot, key in names(scope).items() if scope.labelled else ():
                    step = first.get(slot)
                    if slot.label is not None or slot.numbered or step is None or step.span in said:
                        continue
                    if network.modules.have_state(definition, step):
                        said.add(step.span)  # once for all turns of a loop
                        yield Diagnostic(cls(slot.default_name, key), step.span)


def _scopes(scope: Scope) -> Iterator[Scope]:
    """A definition's scope, and those of the labelled groups in it."""
    waiting: list[Scope | Slot | SlotRepeat] = [scope]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Scope):
            yield item
            waiting += item.entries
        elif isinstance(item, SlotRepeat):
            waiting += item.entries
        elif isinstance(item.member, Scope):
            waiting.append(item.member)


class RuleMatchesNothing(Lint):
    """A quoted path in `init` leads to no parameter, so the rule does nothing.

    The path is that of a layer, from the block or model that holds the rule: labels joined by
    dots, in which `*` stands for any run of characters.
    """

    name = "rule-matches-nothing"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  stem: { conv(8, 3) }
  init { "steem.*".weight: zeros }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  stem: { conv(8, 3) }
  init { "stem.*".weight: zeros }
}
"""
    path: str
    parameter: str
    near: str = ""
    """A path that leads somewhere, and is like it."""

    def message(self) -> str:
        return f'no layer at "{self.path}" has a {self.parameter}, so this rule does nothing'

    def hint(self) -> str:
        if self.near:
            return f'did you mean "{self.near}"?'
        return "a path names layers, from the block or model around the rule, as in layer1.0.conv1"

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        for definition in network.steps:
            rules = [rule for rule in definition.init if rule.is_path]
            for rule in _without_a_layer(definition, rules, network) if rules else ():
                near = _near(
                    rule.selector, [each.path for each in network.modules.of_all_turns(definition)]
                )
                yield Diagnostic(cls(rule.selector, rule.parameter, near), rule.span)


def _near(selector: str, paths: Sequence[tuple[str, ...]]) -> str:
    """The path with its one label that leads nowhere as there is one; else nothing."""
    before: list[str] = []
    for label in (parts := selector.split(".")):
        there = {path[len(before)] for path in paths if len(path) > len(before)}
        if "*" in label:
            return ""
        if label not in there:
            found = nearest(label, sorted(there))
            return "" if found is None else ".".join((*before, found, *parts[len(before) + 1 :]))
        before.append(label)
        paths = [path for path in paths if path[: len(before)] == tuple(before)]
    return ""


def _without_a_layer(
    definition: Definition, rules: list[InitRule], network: Inspected
) -> Iterator[InitRule]:
    """The rules whose path leads to no parameter: a typing error, or a label that is gone."""
    layers = [
        (module.keyword, ".".join(module.path), {spec.name for spec in module.specs})
        for module in network.modules.of_all_turns(definition)
    ]
    exact = {path: parameters for _, path, parameters in layers}
    for rule in rules:
        if "*" not in rule.selector:
            found = _selects(rule, exact.get(rule.selector, set()))
        else:
            found = any(
                matches(rule, keyword, path) and _selects(rule, parameters)
                for keyword, path, parameters in layers
            )
        if not found and not _is_absent(rule.selector.partition(".")[0], exact, definition):
            yield rule


def _is_absent(label: str, paths: Mapping[str, object], definition: Definition) -> bool:
    """Whether a label stands in the text, and what it labels is not there for these arguments."""
    if "*" in label or any(path.partition(".")[0] == label for path in paths):
        return False
    import re  # only where something is likely wrong

    text = definition.span.text.rpartition("init")[0]
    return re.search(rf'(?<![\w.]){re.escape(label)}"?\s*:(?!:)', text) is not None


def _selects(rule: InitRule, parameters: set[str]) -> bool:
    return bool(parameters) and (rule.parameter == "*" or rule.parameter in parameters)
