"""What ``archc.summary`` gives: the costs of a model, as objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archc.errors import (
    PackageMissingError,
    SettingError,
    SettingTypeError,
    UnknownPathError,
)
from archc.request import requests
from archc.request.counting import batch_size, costs_at, sizes_of
from archir.base.diagnostics import nearest
from archir.check.summary import ModelSummary, inputs_of, summarise
from archir.cost.folding import DEPTH
from archir.cost.report import Costs, Entry, Totals
from archir.graph.typed import TypedGraph

if TYPE_CHECKING:
    from archc.render.style import Style
    from archir.cost.memory import Memory
    from archir.counters.printed import Told
    from archir.field.field import AxisField

TOOLS = ("fvcore", "ptflops", "thop", "torch", "torchinfo")
"""The counters whose rules are known."""

OTHER_COLUMNS = {
    "flops": "macs", "mult-adds": "macs", "mult_adds": "macs", "params": "parameters",
    "weights": "parameters", "shape": "output", "type": "op", "name": "layer", "bytes": "memory",
    "rf": "field", "receptive_field": "field", "activations": "elements",
}  # fmt: skip
"""What other counters call our columns."""


class Summary:
    """The costs of one model at given sizes, a batch and a dtype; see docs/cost.md.

    >>> summary = archc.summary("examples/vgg16.arch", batch=8)
    >>> summary.totals.macs
    123762114560
    """

    def __init__(self, typed: TypedGraph, costs: Costs) -> None:
        self._typed = typed
        self._costs = costs
        self._model: ModelSummary | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self._typed.graph.root.name

    @property
    def model(self) -> ModelSummary:
        """The model from outside: inputs, outputs, the sizes that it takes."""
        if self._model is None:
            self._model = summarise(self._typed)
        return self._model

    @property
    def costs(self) -> Costs:
        """All of it, as it was counted."""
        return self._costs

    @property
    def sizes(self) -> Mapping[str, int] | None:
        """What is counted at, the batch among them; None where all is as expressions of them."""
        return self._costs.sizes

    @property
    def dtype(self) -> str:
        """The dtype of parameters and activations."""
        return self._costs.dtype

    @property
    def optimizer(self) -> str:
        """The optimizer whose memory is counted."""
        return self._costs.optimizer

    @property
    def rows(self) -> tuple[Entry, ...]:
        """Every module, function and read parameter in the order of running, nothing folded."""
        return tuple(self.table(None, fold=False))

    def table(self, depth: int | None = DEPTH, *, fold: bool = True) -> list[Entry]:
        """The rows to a depth (None: all), equal neighbours folded into one."""
        return self._costs.entries(_depth(depth), fold=fold)

    @property
    def whole(self) -> Entry:
        """The model itself as a row."""
        return self._costs.whole()

    @property
    def totals(self) -> Totals:
        """Parameters, buffers, MACs and activations of the whole model."""
        return self._costs.totals

    @property
    def memory(self) -> Memory:
        """What running and training it take in memory, in bytes."""
        return self._costs.memory

    def count_as(self, tool: str) -> Told:
        """What another counter prints for this model: fvcore, ptflops, thop, torch or torchinfo.

        torch stands for its ``FlopCounterMode``, which counts training steps too. ptflops always
        counts one sample. Raises ``SettingError`` for a tool that is not known, and where no
        sizes are given to count at.
        """
        from archir.counters.printed import tell

        requests.chosen_word(tool, TOOLS, "tool")
        sizes = self._costs.sizes
        if sizes is None:
            raise SettingError("other counters count at sizes: ask for no symbolic summary")
        costs = self._costs
        if tool == "ptflops":
            name = batch_size(self._typed, "ptflops counts one sample, and ")
            one = sizes_of(self._typed, {**sizes, name: 1})
            costs = Costs(self._typed, one, self.dtype, costs.optimizer)
        return tell(costs, tool)

    def field(self, path: str) -> tuple[AxisField, ...]:
        """What one element that flows out of a module sees of each axis of the inputs.

        The path ``""`` is the whole model's. Of a module that runs several times it is the last
        of ``fields(path)``. Raises ``UnknownPathError``, a ``KeyError``, where no module of that
        path gives a value.
        """
        return self.fields(path)[-1]

    def fields(self, path: str) -> tuple[tuple[AxisField, ...], ...]:
        """The same for each time that the module runs, in the order of running."""
        if not isinstance(path, str):
            raise SettingTypeError(f"the path of a module is a string, not {path!r:.60}")
        found = self._costs.fields.uses(path)
        if not found:
            near = nearest(path, [row.path for row in self._costs.root.walk()])
            raise UnknownPathError(f"{self.name} has no module {path} that gives a value", near)
        return found

    def text(
        self,
        depth: int | None = DEPTH,
        *,
        fold: bool = True,
        columns: Sequence[str] | None = None,
        style: Style | None = None,
    ) -> str:
        """The table and the card below it, as ``archc summary`` prints them.

        ``columns`` are names from docs/cost.md; ``SettingError`` for others, or for none.
        """
        from archc.render.costs.card import cost_card
        from archc.render.costs.table import DEFAULT, text
        from archc.render.style import Style

        style = style or Style()
        names = DEFAULT if columns is None else _columns(columns)
        table = text(self.table(depth, fold=fold), self.whole, names, style)
        hidden = self._costs.cut(depth)
        return table + "\n" + cost_card(inputs_of(self._typed), self._costs, depth, hidden, style)

    def __str__(self) -> str:
        return self.text().rstrip("\n")

    def __repr__(self) -> str:
        return f"<archc.Summary of {self.name}: {self.totals.parameters:,} parameters>"

    def _repr_html_(self) -> str:
        """The table, for notebooks."""
        from archc.render.costs.card import html

        return html(inputs_of(self._typed), self._costs, self.table(), self.whole)

    def to_pandas(self, depth: int | None = None, *, fold: bool = False) -> Any:
        """The rows as a ``pandas.DataFrame``; raises ``PackageMissingError`` without pandas."""
        try:
            import pandas
        except ModuleNotFoundError as error:
            if error.name != "pandas":
                raise
            raise PackageMissingError(
                "to_pandas needs pandas, which is not installed: pip install pandas", name="pandas"
            ) from error
        from archc.render.costs.table import COLUMNS, IN_CSV

        entries = self.table(depth, fold=fold)
        return pandas.DataFrame(
            {name: [COLUMNS[name].value(entry) for entry in entries] for name in IN_CSV}
        )


def summary_of(
    typed: TypedGraph,
    sizes: Mapping[str, int],
    batch: int | None,
    dtype: str,
    optimizer: str,
    *,
    symbolic: bool = False,
) -> Summary:
    """The costs of a checked model. Raises ``SettingError`` for what it does not have."""
    return Summary(typed, costs_at(typed, sizes, batch, dtype, optimizer, symbolic=symbolic))


def _depth(depth: int | None) -> int | None:
    return None if depth is None else requests.whole("the depth", "a depth", depth)


def _columns(names: Sequence[str]) -> tuple[str, ...]:
    from archc.render.costs.table import COLUMNS

    if isinstance(names, str) or not isinstance(names, Iterable):
        raise SettingTypeError(f'columns are a list, as ["layer", "macs"], not {names!r:.60}')
    chosen = [requests.chosen_word(name, COLUMNS, "column", OTHER_COLUMNS) for name in names]
    if not chosen:
        raise SettingError("no column is asked for", f"there are: {', '.join(COLUMNS)}")
    return tuple(dict.fromkeys(chosen))
