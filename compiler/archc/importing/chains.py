"""What flows into what, as stages.

A body is cut where one value is all that goes on. Between two cuts stands one step, or a merge with
its branches, each of which is cut in its turn. A value that two places want is named, and with it
out of the way there are more cuts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from archc.importing.naming import SizeNames
from archc.importing.nodes import (
    Applied,
    Bare,
    BodyText,
    Chain,
    DenseStage,
    Head,
    Item,
    Module,
    Named,
    OpStage,
    ResidualStage,
    ScopeStage,
    Several,
    TrainOnly,
)
from archc.importing.steps import BodyStep, ModuleBody, RawTensor
from archir.op.contract import Op

COMMUTE = ("add", "multiply", "maximum", "minimum")


class _UnnamedError(Exception):
    """A value has to be named before the rest can be said as a chain."""

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.value = value


class Writer:
    """Makes stages of bodies. ``keyed`` are the modules with something in the state dict.

    ``in_order`` keeps the operands of a sum as they are. Its numbers are the same either way; how
    they lie in memory may hang on the first of them, and on that how a kernel behind it rounds.
    """

    def __init__(
        self,
        keyed: frozenset[str],
        sizes: SizeNames,
        shared: Mapping[str, str],
        *,
        in_order: bool = False,
    ) -> None:
        self.in_order = in_order
        self.keyed = keyed
        self.sizes = sizes
        self.shared = shared

    def text(self, body: ModuleBody, entry_named: bool = False) -> BodyText:
        """The stages of one body."""
        modules, called = self.modules(body)
        entry = body.inputs[0] if len(body.inputs) == 1 else None
        named = {each.value for each in declared(body)} | self.outer(body)
        if entry is None or entry_named:
            named.update(body.inputs)
        named.update(self.must_be_named(body), self.sizes.needed(body))
        while True:
            try:
                chain = _Bodies(self, body, named, called).chain(entry)
                break
            except _UnnamedError as error:
                if error.value in named:
                    raise AssertionError(f"{error.value} is named already") from error
                named.add(error.value)
        return BodyText(body, body.declared, modules, chain, entry)

    def outer(self, body: ModuleBody) -> set[int]:
        """Values from around a body: they have names there."""
        made = {*body.inputs, *(result for step in body.steps for result in step.results)}
        return {each for step in body.steps for each in step.inputs if each not in made}

    def must_be_named(self, body: ModuleBody) -> set[int]:
        """What only names can say: several values at once, and what is for training alone."""
        named: set[int] = set()
        uses = Counter(each for step in body.steps for each in step.inputs)
        uses.update(body.outputs)
        for step in body.steps:
            if len(step.results) > 1 and not self.flows_on(body, step, uses):
                named.update(each for each in step.results if uses[each])
            if step.training_only:
                named.update(step.inputs)
                named.update(step.results)
            inner = step.body
            if inner is not None:
                named.update(self.reaching(inner) - set(inner.inputs))
        if len(body.outputs) > 1:
            named.update(body.outputs)
        return named

    def reaching(self, body: ModuleBody) -> set[int]:
        """What a body uses of what is around the module, beside what it is given."""
        made = {*body.inputs, *(result for step in body.steps for result in step.results)}
        made |= {each.value for each in declared(body)}
        found = {each for step in body.steps for each in step.inputs if each not in made}
        for step in body.steps:
            if step.body is not None:
                found |= self.reaching(step.body) - made
        return found

    def flows_on(self, body: ModuleBody, step: BodyStep, uses: Counter[int]) -> bool:
        """Whether all of several values go to the next step, in order, and nowhere else."""
        place = body.steps.index(step)
        if any(uses[each] != 1 for each in step.results) or place + 1 == len(body.steps):
            return False
        return body.steps[place + 1].inputs == step.results

    def modules(self, body: ModuleBody) -> tuple[list[Module], set[str]]:
        """The modules to be declared: those that run twice, or in another order than torch's."""
        running = self.running(body)
        called = list(running)
        running.update((label, []) for label in body.bare)
        order = [label for label in body.order if label in running]
        order += [label for label in running if label not in order]
        wanted = {label for label, steps in running.items() if len(steps) != 1 or "." in label}
        if called != [label for label in order if label not in body.bare]:
            wanted = set(running)
        if wanted and wanted != set(running):
            # what is declared stands before what runs: so does all that is registered before it
            last = max(n for n, label in enumerate(order) if label in wanted)
            wanted = set(order[: last + 1])
        made = [self.module(label, running[label], body) for label in order if label in wanted]
        return made, wanted

    def running(self, body: ModuleBody) -> dict[str, list[BodyStep]]:
        """By label the calls of children that have something in the state dict."""
        found: dict[str, list[BodyStep]] = {}
        for step in body.steps:
            if step.label is not None and step.path in self.keyed:
                found.setdefault(step.label, []).append(step)
        return found

    def module(self, label: str, steps: Sequence[BodyStep], body: ModuleBody) -> Module:
        stage: OpStage | ScopeStage
        if not steps:
            return Module(label, label, Bare(body.bare[label]))
        step = steps[0]
        if step.op is not None:
            stage = OpStage(step.op, step.arguments, None, values=step.inputs)
            stage.tied = self.tied(step)
        else:
            assert step.body is not None
            stage = ScopeStage(None, self.text(step.body))
        return Module(label.replace(".", "_"), label, stage)

    def tied(self, step: BodyStep) -> Mapping[str, str]:
        """The parameters of an op that are another's tensor, and the keys of these."""
        if step.label is None:
            return {}
        keys = {name: f"{step.path}.{name}" for name in step.op.weights} if step.op else {}
        return {name: self.shared[key] for name, key in keys.items() if key in self.shared}


class _Bodies:
    """The stages of one body, with a set of values that have names."""

    def __init__(
        self, writer: Writer, body: ModuleBody, named: set[int], modules: set[str]
    ) -> None:
        self.writer = writer
        self.body = body
        self.named = named
        self.modules = modules
        self.uses = Counter(each for step in body.steps for each in step.inputs)

    def chain(self, entry: int | None) -> Chain:
        made: Chain = []
        if entry is None:
            made.append(Named(self.body.inputs))
        elif entry in self.named:
            made.append(Named((entry,)))
        outputs = self.body.outputs
        final = outputs[0] if len(outputs) == 1 else None
        made.extend(self.segment(self.body.steps, entry, final))
        if len(outputs) > 1:
            made.append(Several([[Head(each)] for each in outputs]))
        return made

    def segment(self, steps: Sequence[BodyStep], entry: int | None, final: int | None) -> Chain:
        """From the current value to ``final``."""
        made: Chain = []
        current = entry
        start = 0
        cuts = self.cuts(steps, entry, final)
        for place in cuts:
            part = steps[start : place + 1]
            if part[0].training_only:
                made.append(TrainOnly(self.training(part)))
                start = place + 1
                continue
            if len(part) == 1:
                made.extend(self.single(part[0], current))
            else:
                made.extend(self.diamond(part, current))
            current = part[-1].results[0] if len(part[-1].results) == 1 else None
            if len(part[-1].results) > 1 and part[-1].results[0] not in self.named:
                current = -1 - part[-1].results[0]  # all of them flow
            start = place + 1
        if start < len(steps):
            raise _UnnamedError(self.to_name(steps[start:], current))
        if final is not None and final != current:
            if final not in self.named:
                raise _UnnamedError(final)
            made.append(Head(final))
        return made

    def training(self, part: Sequence[BodyStep]) -> Chain:
        for step in part:
            step.training_only = False
        try:
            return self.segment(part, None, None)
        finally:
            for step in part:
                step.training_only = True

    def cuts(self, steps: Sequence[BodyStep], entry: int | None, final: int | None) -> list[int]:
        """The places behind which one value is all that goes on, but for those with names."""
        last_use: dict[int, int] = {}
        for place, step in enumerate(steps):
            for each in step.inputs:
                last_use[each] = place
        if final is not None:
            last_use[final] = len(steps)
        found: list[int] = []
        open_until = (
            last_use.get(entry, -1) if entry is not None and entry not in self.named else -1
        )
        pending: dict[int, int] = {} if entry is None else {entry: open_until}
        for place, step in enumerate(steps):
            if step.training_only:
                if place + 1 == len(steps) or not steps[place + 1].training_only:
                    found.append(place)
                continue
            own = set(step.results)
            for each in step.results:
                pending[each] = last_use.get(each, -1) if each not in self.named else -1
            reaching = max(
                (until for each, until in pending.items() if each not in own), default=-1
            )
            if reaching <= place:
                found.append(place)
        return found

    # --- one step -------------------------------------------------------------------------------

    def single(self, step: BodyStep, current: int | None) -> Chain:
        if len(step.inputs) == 0:
            return [self.stage(step, None)]
        if current is not None and current < 0 and step.inputs and -1 - current == step.inputs[0]:
            return [self.stage(step, None)]
        if len(step.inputs) == 1:
            (given,) = step.inputs
            if given == current:
                return [self.stage(step, None)]
            self.require(given)
            return [Head(given), self.stage(step, None)]
        branches: list[Chain] = []
        for given in step.inputs:
            if given == current:
                branches.append([])
            else:
                self.require(given)
                branches.append([Head(given)])
        return self.merge(step, branches)

    def require(self, value: int) -> None:
        if value not in self.named:
            raise _UnnamedError(value)

    def names(self, step: BodyStep) -> tuple[int, ...]:
        if len(step.results) == 1:
            return step.results if step.results[0] in self.named else ()
        return step.results if any(each in self.named for each in step.results) else ()

    def stage(self, step: BodyStep, branches: list[Chain] | None) -> Item:
        names = self.names(step)
        if step.label in self.modules and step.path in self.writer.keyed:
            return Applied(step.label or "", branches, names)
        if step.op is not None:
            made = OpStage(step.op, step.arguments, step.label, branches, step.inputs, names)
            made.tied = self.writer.tied(step)
            return made
        assert step.body is not None
        return ScopeStage(step.label, self.writer.text(step.body), branches, names)

    # --- a merge with its branches ----------------------------------------------------------------

    def merge(self, step: BodyStep, branches: list[Chain]) -> Chain:
        made = self.stage(step, branches)
        if isinstance(made, OpStage) and len(branches) == 2:
            empty = [n for n, each in enumerate(branches) if not each]
            if len(empty) == 1 and branches[1 - empty[0]] and not _is_head(branches[1 - empty[0]]):
                body = branches[1 - empty[0]]
                turns = self.writer.in_order and empty == [0]  # a residual adds to its body
                if made.op.keyword == "add" and not made.arguments and not turns:
                    return [ResidualStage(body, None, made.names)]
                if made.op.keyword == "concat" and not made.arguments and empty == [0]:
                    return [DenseStage(body, made.names)]
            plain = not empty and made.op.keyword == "add" and not made.arguments
            longer = len(branches[0]) > len(branches[1])
            if plain and longer and not any(map(_is_head, branches)):
                return [ResidualStage(branches[0], branches[1], made.names)]
        return [made]

    def diamond(self, part: Sequence[BodyStep], current: int | None) -> Chain:
        *inner, merge = part
        owned = self.owned(part, current)
        if owned is None:
            raise _UnnamedError(self.to_name(part, current))
        filled = [(each[0], each[-1]) for each in owned if each]
        if any(one[1] > other[0] for one, other in pairwise(filled)):
            turns = merge.op is not None and _commutes(merge.op) and len(merge.inputs) == 2
            if not turns or self.writer.in_order:
                raise _UnnamedError(self.to_name(part, current, merge.inputs))
            if owned[1][-1] > owned[0][0]:
                raise _UnnamedError(self.to_name(part, current, merge.inputs))
            merge.inputs = merge.inputs[::-1]
            owned.reverse()
        branches: list[Chain] = []
        for given, places in zip(merge.inputs, owned, strict=True):
            if places:
                branches.append(self.segment([inner[n] for n in places], current, given))
            elif given == current:
                branches.append([])
            else:
                self.require(given)
                branches.append([Head(given)])
        return self.merge(merge, branches)

    def owned(self, part: Sequence[BodyStep], current: int | None) -> list[list[int]] | None:
        """The places of the steps that make each operand of a merge; None where two share one."""
        *inner, merge = part
        by_result = {result: n for n, step in enumerate(inner) for result in step.results}
        owned: list[list[int]] = []
        taken: set[int] = set()
        for given in merge.inputs:
            mine: set[int] = set()
            if given != current and given not in self.named and given in by_result:
                mine = self.closure(inner, by_result, by_result[given])
            if mine & taken:
                return None
            taken |= mine
            owned.append(sorted(mine))
        return owned if len(taken) == len(inner) and len(merge.inputs) > 1 else None

    def closure(self, inner: Sequence[BodyStep], by_result: dict[int, int], last: int) -> set[int]:
        found: set[int] = set()
        waiting = [last]
        while waiting:
            place = waiting.pop()
            if place in found:
                continue
            found.add(place)
            waiting.extend(
                by_result[each]
                for each in inner[place].inputs
                if each in by_result and each not in self.named
            )
        return found

    def to_name(
        self, part: Sequence[BodyStep], current: int | None, wanted: Sequence[int] = ()
    ) -> int:
        """Which value should have a name, so that the rest is simpler."""
        uses = Counter(each for step in part for each in step.inputs)
        made = [each for step in part for each in step.results]
        entry = [] if current is None or current < 0 else [current]
        places = [each for each in (*entry, *made) if each not in self.named]
        several = [each for each in places if uses[each] > 1]
        inner = [each for each in several if each != current]
        if inner:
            return max(inner, key=lambda each: (uses[each], -places.index(each)))
        out_of_order = [each for each in wanted if each in made and each in places]
        choices = (*out_of_order, *several, *places)
        if not choices:
            raise AssertionError("all values are named, and there is no chain")
        return choices[0]


def declared(body: ModuleBody) -> list[RawTensor]:
    """The raw tensors that a body has names for: its own, and those of children never called."""
    return [*body.declared, *(each for inner in body.bare.values() for each in inner)]


def _is_head(chain: Chain) -> bool:
    return len(chain) == 1 and isinstance(chain[0], Head)


def _commutes(op: type[Op]) -> bool:
    return op.keyword in COMMUTE
