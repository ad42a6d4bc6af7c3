"""Recurrent layers."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from archir import rules
from archir.op.contract import NonNegative, Op, Positive, concrete
from archir.op.dependence import WHOLE, AxisAccess, Edge, Unsaid, same
from archir.op.fields import Field
from archir.op.recipe import (
    Arg,
    Call,
    Calling,
    Code,
    Inferred,
    Infix,
    Input,
    Items,
    ModuleRecipe,
    Told,
)
from archir.ops.spatial import require_dtype
from archir.shapes.arithmetic import add, multiply, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Made, Read

Share = Annotated[float, Field(ge=0, le=1)]

NAMED_LAYERS = 8
"""Layers whose weights a text can name; the weights of all are there."""


def _weights(*parts: str) -> tuple[str, ...]:
    """What the weights of the layers are called."""
    layers = [f"l{layer}{way}" for layer in range(NAMED_LAYERS) for way in ("", "_reverse")]
    return tuple(f"{part}_{layer}" for layer in layers for part in parts)


class _Recurrent(Op):
    """Base of the layers that go along a sequence and carry a state."""

    arity = "any"
    inferred = "input_size"
    shapeless = frozenset({"bias", "dropout"})
    weights = _weights("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    gates: ClassVar[int]
    states: ClassVar[tuple[str, ...]] = ("hidden",)

    if TYPE_CHECKING:
        hidden_size: int
        num_layers: int
        bias: bool
        batch_first: bool
        dropout: float
        bidirectional: bool

    @classmethod
    def read_module(cls, made: "Made", call: "Called") -> "Read | None":
        from archir.op.reading import Called

        flat: list[Any] = []
        for each in (*call.args, *call.kwargs.values()):
            flat.extend(each if isinstance(each, tuple) else (each,))
        inner = Called(call.function, tuple(each for each in flat if each is not None), {})
        return super().read_module(made, inner)

    # --- shapes -------------------------------------------------------------------------------

    def _given(self) -> int:
        """Features that one direction gives."""
        return self.hidden_size

    def _ways(self) -> int:
        return 2 if self.bidirectional else 1

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if len(inputs) not in (1, 1 + len(self.states)):
            wanted = ("the sequence", *(f"its {each} state" for each in self.states))
            problem = rules.recurrent.SequenceOrStates(self.keyword, wanted, len(inputs))
            check.report(problem)
            return None
        sequence, *states = inputs
        for given in inputs:
            require_dtype(self.keyword, given, ("float32",), check)
        if sequence.rank != 3:
            layout = "[N, L, E]" if self.batch_first else "[L, N, E]"
            check.report(rules.shapes.WrongRank(self.keyword, (layout,), str(sequence)))
            return None
        if self.dropout and self.num_layers == 1:
            check.report(rules.recurrent.DropoutWithoutLayers(self.keyword))
        check.concrete(sequence.shape[2])
        batch = sequence.shape[0 if self.batch_first else 1]
        rows = self.num_layers * self._ways()
        wanted_states = self._states(rows, batch)
        for name, state, its in zip(self.states, states, wanted_states, strict=False):
            self._require_state(name, state, its, check)
        out = sequence.with_shape(*sequence.shape[:2], self._given() * self._ways())
        return (out, *wanted_states)

    def _states(self, rows: int, batch: Dim) -> tuple[TensorType, ...]:
        return (TensorType((rows, batch, self._given())),)

    def _require_state(
        self, name: str, given: TensorType, wanted: TensorType, check: Check
    ) -> None:
        facts = (self.keyword, name, str(given), str(wanted))
        problem = partial(rules.recurrent.StateDoesNotFit, *facts)
        if given.rank != 3:
            check.report(problem())
            return
        for here, there in zip(given.shape, wanted.shape, strict=True):
            if not check.equal(here, there, problem):
                return

    # --- weights and cost ---------------------------------------------------------------------

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        width = concrete(inputs[0].shape[2])
        rows = self.gates * self.hidden_size
        found: list[ParameterSpec] = []
        for layer in range(self.num_layers):
            taken = width if layer == 0 else self._given() * self._ways()
            for way in ("", "_reverse")[: self._ways()]:
                name = f"l{layer}{way}"
                found.append(ParameterSpec(f"weight_ih_{name}", (rows, taken)))
                found.append(ParameterSpec(f"weight_hh_{name}", (rows, self._given())))
                if self.bias:
                    found.append(ParameterSpec(f"bias_ih_{name}", (rows,)))
                    found.append(ParameterSpec(f"bias_hh_{name}", (rows,)))
                found += self._projection(name)
        return tuple(found)

    def _projection(self, name: str) -> list[ParameterSpec]:
        """The weight that makes a shorter state, where there is one."""
        return []

    def _products(self, inputs: tuple[TensorType, ...]) -> tuple[Dim, Dim]:
        """The MACs of what goes in, and of all else."""
        sequence, *_ = inputs
        places = product(sequence.shape[:2])
        rows, ways = self.gates * self.hidden_size, self._ways()
        first = product((*sequence.shape, rows * ways))
        between = (self.num_layers - 1) * rows * self._given() * ways
        states = self.num_layers * (rows * self._given() + self._projected())
        return first, multiply(places, (between + states) * ways)

    def _projected(self) -> int:
        """MACs of a projection at each place."""
        return 0

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        return add(*self._products(inputs))

    def backward_macs(
        self,
        inputs: tuple[TensorType, ...],
        outputs: tuple[TensorType, ...],
        learns: tuple[bool, ...],
        *,
        has_weights: bool,
    ) -> Dim:
        first, others = self._products(inputs)
        whole = add(multiply(first, 1 + learns[0]), multiply(others, 2))
        return whole if any(learns[1:2]) else add(whole, multiply(self._begun(inputs[0]), -1))

    def _begun(self, sequence: TensorType) -> Dim:
        """The MACs of what is multiplied with the hidden states at the start."""
        batch = sequence.shape[0 if self.batch_first else 1]
        each = self.gates * self.hidden_size * self._given()
        return multiply(batch, self.num_layers * self._ways() * each)

    # --- what is seen -------------------------------------------------------------------------

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        batch, length = (0, 1) if self.batch_first else (1, 0)
        if edge.source:  # a state, of all layers
            # A cell is multiplied by itself, and what it is has a part in all behind it.
            own = same(2, whole=True) if edge.source == 2 else WHOLE
            return (WHOLE, same(1 if edge.target else batch), own)
        along: AxisAccess = WHOLE
        if not edge.target and not self.bidirectional:
            along = Unsaid("each place sees those up to it")
        found = {batch: same(1 if edge.target else batch), length: along, 2: WHOLE}
        return tuple(found[dim] for dim in range(3))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        """What torch does on the CPU, layer by layer; what it notes at each place is put together.

        What oneDNN notes of an LSTM is measured, and right to some hundredths.
        """
        given = trace.transposed(inputs[0], 0, 1) if self.batch_first else inputs[0]
        length, batch, _ = given.shape
        ways, begun = self._ways(), len(trace.events)
        for layer in range(self.num_layers):
            sources = (given, *inputs[1:])
            joined = trace.new((length, batch, ways * self._given()), *sources, learned=True)
            for _ in range(ways):
                taken = trace.contiguous(given) if ways == 1 else trace.new(given.shape, given)
                state = trace.new((batch, self._given()))
                noted = self._noted(length, batch, given.shape[2])
                if self._notes_output() and layer + 1 == self.num_layers:
                    noted -= length * batch * self._given()
                    trace.keep(joined, joined)
                notes = trace.new((noted,), dtype="float32")
                trace.keep(joined, taken, state, notes)
                if trace.training and self.dropout and layer + 1 < self.num_layers:
                    trace.keep(joined, trace.noise(joined, self.dropout))
            given = joined
        made = tuple(
            trace.new(trace.extents(each), given, *inputs[1:], learned=True) for each in outputs[1:]
        )
        trace.release(begun, given, *made)
        out = trace.transposed(given, 0, 1) if self.batch_first else given
        return (out, *made)

    def _noted(self, length: int, batch: int, width: int) -> int:
        """Numbers that one direction of a layer notes for the backward pass."""
        raise NotImplementedError

    def _notes_output(self) -> bool:
        """Whether what it gives is among them, so that no op in place may follow."""
        return False

    # --- how torch does it --------------------------------------------------------------------

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        own: tuple[tuple[str, Code], ...] = self._changed()
        if self.batch_first:
            own = (*own, ("batch_first", True))
        width = Inferred("features", concrete(inputs[0].shape[2]))
        name = self.torch_name.removeprefix("torch.")
        return ModuleRecipe(Call(name, (width, Arg("hidden_size")), own), self._calling(inputs))

    def _changed(self) -> tuple[tuple[str, Code], ...]:
        return self.changed("num_layers", "bias", "dropout", "bidirectional")

    def _calling(self, inputs: tuple[TensorType, ...]) -> Calling | None:
        return None

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None

    def features(self, place: int) -> Told | None:
        hidden = Arg("hidden_size")
        if place > 0:
            return Told(hidden)
        return Told(Infix("*", hidden, 2) if self.bidirectional else hidden, ("bidirectional",))


class _Gated(_Recurrent):
    """Base of those whose state goes through gates."""

    hidden_size: Positive = Field(description="how many features the state has")
    num_layers: Positive = Field(1, description="how many layers stand on each other")
    bias: bool = Field(True, description="whether learned numbers are added in the gates")
    batch_first: bool = Field(True, description="whether dim 0 is the batch, and not dim 1")
    dropout: Share = Field(
        0.0, description="the probability of a 0 between layers, in training; needs two layers"
    )
    bidirectional: bool = Field(
        False, description="whether it goes along from the end too; features are then doubled"
    )


class LSTM(_Gated):
    """Goes along a sequence with a state that it adds to and forgets: long short-term memory.

    `[N, L, E]` becomes the sequence `[N, L, hidden_size]` of any length, with the last hidden state
    and the last cell state of each layer behind it: `lstm(64) as sequence, hidden, cell`. Both
    states are `[num_layers, N, hidden_size]`, with two rows a layer where it is `bidirectional`.
    They are 0 at the start, or flow in: `lstm(64) [x, hidden, cell]`.

    torch: `torch.nn.LSTM`, whose `batch_first` is false unless told otherwise. Its weights are
    `weight_ih_l0` and so on.

    ```arch
    model example() {
      input tokens: [N, L = 16, 32]
      lstm(64, num_layers = 2, bidirectional = true) as sequence, _, _
      sequence -> max(1) -> linear(10)
    }
    ```
    """

    keyword = "lstm"
    torch_name = "torch.nn.LSTM"
    gates = 4
    states = ("hidden", "cell")
    weights = _weights("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")

    proj_size: NonNegative = Field(
        0, description="features of a shorter hidden state; 0 is none, and it is below hidden_size"
    )

    def _given(self) -> int:
        return self.proj_size or self.hidden_size

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if self.proj_size >= self.hidden_size:
            facts = ("proj_size", str(self.proj_size), f"below hidden_size, {self.hidden_size}")
            check.report(rules.argument_values.ArgumentOutOfBounds(self.keyword, *facts))
        return super().infer(inputs, check)

    def _states(self, rows: int, batch: Dim) -> tuple[TensorType, ...]:
        return (*super()._states(rows, batch), TensorType((rows, batch, self.hidden_size)))

    def _projection(self, name: str) -> list[ParameterSpec]:
        shape = (self.proj_size, self.hidden_size)
        return [ParameterSpec(f"weight_hr_{name}", shape)] if self.proj_size else []

    def _projected(self) -> int:
        return self.proj_size * self.hidden_size

    def _noted(self, length: int, batch: int, width: int) -> int:
        return batch * (length + 1) * (6 * max(width, self.hidden_size) + 9 * self.hidden_size)

    def _notes_output(self) -> bool:
        return not self.proj_size and not self.bidirectional  # then oneDNN's kernel gives it

    def _changed(self) -> tuple[tuple[str, Code], ...]:
        return (*super()._changed(), *self.changed("proj_size"))

    def features(self, place: int) -> Told | None:
        if self.proj_size and place < 2:
            return None
        told = super().features(place)
        return told and Told(told.code, (*told.reads, "proj_size"))

    def _calling(self, inputs: tuple[TensorType, ...]) -> Calling:
        states = (Items((Input(1), Input(2))),) if len(inputs) > 1 else ()
        return Calling((Input(0), *states), (), (0, (1, 2)))


class GRU(_Gated):
    """Goes along a sequence with a state that it partly replaces: a gated recurrent unit.

    `[N, L, E]` becomes the sequence `[N, L, hidden_size]` of any length, with the last state of
    each layer behind it, `[num_layers, N, hidden_size]`: `gru(64) as sequence, hidden`. The state
    is 0 at the start, or flows in: `gru(64) [x, hidden]`.

    torch: `torch.nn.GRU`, whose `batch_first` is false unless told otherwise.

    ```arch
    model example() {
      input tokens: [N, L = 16, 32]
      gru(64) as _, hidden
      hidden -> select(0, -1) -> linear(10)
    }
    ```
    """

    keyword = "gru"
    torch_name = "torch.nn.GRU"
    gates = 3

    def _noted(self, length: int, batch: int, width: int) -> int:
        return 7 * length * batch * self.hidden_size


class RNN(_Recurrent):
    """Goes along a sequence with a state: `tanh` of what flows in and of the state before.

    `[N, L, E]` becomes the sequence `[N, L, hidden_size]` of any length, with the last state of
    each layer behind it, `[num_layers, N, hidden_size]`: `rnn(64) as sequence, hidden`. The state
    is 0 at the start, or flows in: `rnn(64) [x, hidden]`.

    torch: `torch.nn.RNN`, whose `batch_first` is false unless told otherwise.

    ```arch
    model example() {
      input tokens: [N, L = 16, 32]
      rnn(64, nonlinearity = "relu") as sequence, _
      sequence -> linear(10)
    }
    ```
    """

    keyword = "rnn"
    torch_name = "torch.nn.RNN"
    gates = 1

    hidden_size: Positive = Field(description="how many features the state has")
    num_layers: Positive = Field(1, description="how many layers stand on each other")
    nonlinearity: Literal["tanh", "relu"] = Field("tanh", description="what the state goes through")
    bias: bool = Field(True, description="whether learned numbers are added")
    batch_first: bool = Field(True, description="whether dim 0 is the batch, and not dim 1")
    dropout: Share = Field(
        0.0, description="the probability of a 0 between layers, in training; needs two layers"
    )
    bidirectional: bool = Field(
        False, description="whether it goes along from the end too; features are then doubled"
    )

    def _noted(self, length: int, batch: int, width: int) -> int:
        return length * batch * self.hidden_size

    def _changed(self) -> tuple[tuple[str, Code], ...]:
        return (*self.changed("nonlinearity"), *super()._changed())
