"""A network that runs, as interpreted, as a live module and as printed source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from archc.testing import seeding
from archc.testing.agreement import measure, ours
from archc.testing.agreement.choose_sizes import in_boxes, other_sizes
from archc.testing.agreement.ours import InternalError
from archc.testing.agreement.report import Disagreement, Report
from archc.testing.agreement.theirs import (
    OF_GRADIENTS,
    Case,
    both_alike,
    difference,
    examples,
    fresh,
    recorded,
    same,
    trained,
)
from archc.testing.interpreter import Network, Refused
from archir.check.valid import valid_in_evaluation, valid_in_training
from archir.graph.flat import Flat, flatten
from archir.graph.typed import TypedGraph


class Comparison:
    """A network that runs, as interpreted, as a live module and as printed source."""

    def __init__(
        self,
        case: Case,
        network: Network,
        typed: TypedGraph,
        report: Report,
        *,
        unproven: bool = False,
    ) -> None:
        self.case = case
        self.network = network
        self.typed = typed
        self.report = report
        self.unproven = unproven
        """Whether a remark about a shape is right at the defaults, and open elsewhere."""
        self.flat: Flat = flatten(typed)
        self.live: nn.Module | None = None
        self.source: nn.Module | None = None
        self.guarded: nn.Module | None = None

    def run(self) -> Iterator[Disagreement]:
        """All that can be compared."""
        self.live = ours.live(self.typed, self.case.seed)
        text = ours.printed(self.typed)
        try:
            seeding.seed(self.case.seed)
            self.source = ours.built(text)
        except Exception as error:
            yield Disagreement(
                f"printed source does not run: {type(error).__name__}", f"{error}\n{text}"
            )
        yield from self.weights()
        self.valid, self.in_training = self.sets()
        if self.case.seed % 3 == 0 and self.source is not None:
            yield from self.guard()
        sizes = dict(self.network.sizes)
        if sizes != dict(self.typed.graph.sizes):
            yield Disagreement(
                "size variables", f"{sizes}, and archc says {self.typed.graph.sizes}"
            )
            return
        for number, each in enumerate(
            [sizes, *other_sizes(sizes, self.case.seed, self.valid.boxes)]
        ):
            self.report.sizes += number > 0
            yield from self.at(each, is_default=not number)
        yield from self.training_step(sizes)

    def guard(self) -> Iterator[Disagreement]:
        """Printed source that checks the sizes of its inputs."""
        text = ours.printed(self.typed, guard=True)
        try:
            self.guarded = ours.built(text)
            self.guarded.load_state_dict(self.network.state())
        except Exception as error:
            kind = f"guarded source does not run: {type(error).__name__}"
            yield Disagreement(kind, f"{error}\n{text}")

    def sets(self) -> tuple[Any, Any]:
        """The valid sizes, in evaluation and in training."""
        try:
            return valid_in_evaluation(self.typed), valid_in_training(self.typed)
        except Exception as error:
            raise InternalError(error) from error

    def weights(self) -> Iterator[Disagreement]:
        """Keys in order, and initial weights of one seed; a module with others is let go of."""
        theirs = self.network.state()
        for name, module in self.modules():
            state = module.state_dict()
            found = difference(name, state, theirs)
            if found is None:
                continue
            yield found
            if [(key, each.shape) for key, each in state.items()] == [
                (key, each.shape) for key, each in theirs.items()
            ]:
                module.load_state_dict(theirs)
            elif name == "live":
                self.live = None
            else:
                self.source = None
        specs = [spec for module in self.flat.modules for spec in module.state]
        counted = sum(spec.numel for spec in specs if spec.is_persistent)
        there = sum(tensor.numel() for tensor in theirs.values())
        if counted != there:
            yield Disagreement("number of parameters", f"{counted}, and there are {there}")

    def modules(self) -> Iterator[tuple[str, nn.Module]]:
        """The modules that have the network's weights."""
        for name, module in (("live", self.live), ("printed", self.source)):
            if module is not None:
                yield name, module

    def at(self, sizes: dict[str, int], *, is_default: bool) -> Iterator[Disagreement]:
        """An evaluation at some sizes."""
        inputs = examples(self.network, sizes, self.case.seed)
        said = sizes in self.valid
        where = f"at {sizes}"
        refusal: Refused | None = None
        made: list[Tensor] = []
        with torch.no_grad():
            seeding.seed(self.case.seed)
            try:
                made = measure.tensors(self.network.run(*fresh(inputs)))
            except Refused as error:
                refusal = error
            if refusal is not None and refusal.op is None and self.unproven:
                return
            yield from self.membership(sizes, said, refusal)
            outcomes = [self.outcome(module, inputs) for module in (self.live, self.source)]
        if (
            self.guarded is not None
            and isinstance(outcomes[1], list)
            and said != isinstance(self.outcome(self.guarded, inputs), list)
        ):
            which = "refuses a valid size" if said else "lets through another size"
            yield Disagreement(f"the guard {which}", f"{where}; the set is {self.valid}")
        if refusal is None:
            for name, found in zip(("live", "printed"), outcomes, strict=True):
                yield from self.bits(name, found, made, where)
            if said or is_default:
                yield from self.shapes(sizes)
        elif self.live is not None and self.source is not None:
            live, source = outcomes
            yield from both_alike(live, source, where, refusal)

    def membership(
        self, sizes: dict[str, int], said: bool, refusal: Refused | None
    ) -> Iterator[Disagreement]:
        """Whether the set of valid sizes says of some what torch does."""
        if said != (refusal is None):
            which = "in the set, refused" if said else "not in the set, runs"
            op = refusal.op if refusal is not None else self.first_condition(sizes)
            yield Disagreement(
                f"{which}: {op}",
                f"at {sizes}: {refusal or 'torch runs it'}; the set is {self.valid}",
            )
        elif self.valid.is_exact and said != in_boxes(self.valid, sizes):
            yield Disagreement("a closed form that is another set", f"at {sizes}: {self.valid}")

    def first_condition(self, sizes: Mapping[str, int]) -> str:
        """The op that asks for what does not hold."""
        for each in self.typed.requirements:
            if not each.condition.training and not each.condition.holds(sizes):
                return each.step.op.keyword if each.step is not None else "text"
        return "nothing"

    def outcome(
        self, module: nn.Module | None, inputs: list[Tensor], training: bool = False
    ) -> Any:
        """What a module gives, or the error that it raises; noise is the same each time."""
        if module is None:
            return None
        seeding.seed(self.case.seed)
        try:
            return measure.tensors(module.train(training)(*fresh(inputs)))
        except MemoryError:
            raise
        except Exception as error:  # what is printed may name what is not there
            return error

    def bits(self, name: str, found: Any, made: list[Tensor], where: str) -> Iterator[Disagreement]:
        """The same outputs, to the bit."""
        if found is None:
            return
        if not isinstance(found, list):
            kind = f"the {name} module does not run: {type(found).__name__}"
            yield Disagreement(kind, f"{where}: {found}")
        elif len(found) != len(made):
            detail = f"{where}: {len(found)}, not {len(made)}"
            yield Disagreement(f"number of outputs: {name}", detail)
        elif not all(map(same, found, made)):
            ours, theirs = ([tuple(each.shape) for each in some] for some in (found, made))
            kind = "shapes" if ours != theirs else "bits"
            yield Disagreement(f"other {kind}: {name}", f"{where}: {ours}, not {theirs}")

    def shapes(self, sizes: Mapping[str, int], *, training: bool = False) -> Iterator[Disagreement]:
        """Each op with the shapes of what it gives."""
        said = measure.said_shapes(self.flat, sizes, training=training)
        done = [(event.op, event.outputs) for event in self.network.trace]
        if said == done:
            return
        for one, two in zip(said, done, strict=False):
            if one != two:
                yield Disagreement(
                    f"shape of a value: {two[0]}", f"at {sizes}: archc says {one}, torch {two}"
                )
                return
        yield Disagreement("number of ops", f"at {sizes}: {len(said)}, not {len(done)}")

    def training_step(self, sizes: dict[str, int]) -> Iterator[Disagreement]:
        """A training step: outputs, running statistics, costs; and whether it runs."""
        inputs = examples(self.network, sizes, self.case.seed)
        said = sizes in self.in_training
        before = {key: value.clone() for key, value in self.network.state().items()}
        seeding.seed(self.case.seed)
        try:
            result = self.network.run(*fresh(inputs), training=True)
        except Refused as refusal:
            if said:
                yield Disagreement(
                    f"trained in the set, refused: {refusal.op}", f"at {sizes}: {refusal}"
                )
            return
        if not said:
            yield Disagreement(
                "not in the set for training, runs", f"at {sizes}; the set is {self.in_training}"
            )
            return
        yield from self.shapes(sizes, training=True)
        made = [each.detach() for each in measure.tensors(result)]
        after = {key: value.clone() for key, value in self.network.state().items()}
        for name, module in self.modules():
            yield from self.trained(name, module, inputs, before, made, after)
        self.network.load(before)
        why = trained(self.network, inputs, self.case.seed)
        if why is not None and why != OF_GRADIENTS:
            yield Disagreement("accepted, cannot be trained", why)
        why = recorded(self.network, inputs) if sizes in self.valid else None
        if why is not None:
            yield Disagreement("accepted, refused where gradients are recorded", why)
        yield from self.macs(inputs, sizes)

    def trained(
        self,
        name: str,
        module: nn.Module,
        inputs: list[Tensor],
        before: Mapping[str, Tensor],
        made: list[Tensor],
        after: Mapping[str, Tensor],
    ) -> Iterator[Disagreement]:
        """A training step of a module: the same outputs and running statistics."""
        module.load_state_dict(before)
        found: Any = None

        def step() -> None:
            nonlocal found
            found = self.outcome(module, inputs, training=True)

        least, most = measure.saved_bytes(step, [*module.parameters(), *module.buffers()])
        said = measure.kept_bytes(self.flat, self.network.sizes)
        if (
            name == "live"
            and isinstance(found, list)
            and not least <= said <= most
            and not measure.keeps_copies(self.flat)
        ):
            yield Disagreement("kept bytes", f"{said}, and autograd keeps {least} to {most}")
        yield from self.bits(name, found, made, "in training")
        state = list(module.state_dict().values())
        if len(state) == len(after) and not all(map(same, state, after.values())):
            yield Disagreement(f"running statistics: {name}", "after a training step")

    def macs(self, inputs: list[Tensor], sizes: Mapping[str, int]) -> Iterator[Disagreement]:
        """Multiply-accumulates of an evaluation."""
        counted = measure.macs(lambda: self.network.run(*fresh(inputs)))
        said = measure.said_macs(self.flat, sizes)
        if counted != said:
            yield Disagreement("multiply-accumulates", f"{said}, and torch counts {counted}")
