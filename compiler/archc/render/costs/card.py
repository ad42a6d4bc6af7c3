"""The totals of a model's costs: below its table, in the card of a build, in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archc.render.characters import printable
from archc.render.costs.numbers import dim, memory
from archc.render.style import Style
from archir.check.summary import Port
from archir.op.contract import concrete
from archir.shapes.brief import whole

if TYPE_CHECKING:
    from archir.cost.report import Costs, Entry

HEAD = 12


def cost_card(
    inputs: Sequence[Port], costs: Costs, depth: int | None, hidden: int, style: Style
) -> str:
    """The totals, and what the table leaves out."""
    rows = list(total_rows(inputs, costs))
    if hidden:
        deepest = (depth or 0) + hidden
        rows.append(("not shown", f"{_levels(hidden)} below; --depth {deepest} shows all"))
    return "".join(
        f"  {name:<{HEAD}}{printable(value, style.encoding)}".rstrip() + "\n"
        for name, value in rows
    )


def _levels(count: int) -> str:
    return f"{count} level{'' if count == 1 else 's'}"


def total_rows(inputs: Sequence[Port], costs: Costs) -> Iterator[tuple[str, str]]:
    """The totals by name, in words."""
    totals = costs.totals
    sizes = costs.sizes
    for port in inputs:
        given = port.type if sizes is None else port.type.at(sizes)
        yield "input", f"{port.name or 'input'} {given}"
    yield "parameters", _state(totals.parameters, totals.parameter_bytes, costs.dtype)
    if totals.buffers:
        yield "buffers", f"{totals.buffers:,} ({memory(totals.buffer_bytes)})"
    if sizes is None:
        yield "MACs", whole(totals.macs)
        yield "in training", whole(totals.training_macs)
        yield "elements", whole(totals.elements)
        return
    yield "MACs", macs(costs)
    used = costs.memory
    weights = used.parameters + used.buffers
    yield (
        "inference",
        f"{_bytes(used.inference)}: {_bytes(weights)} of weights, {_bytes(used.inputs)} of input, "
        f"{_bytes(used.peak)} of activations at the peak",
    )
    from archir.ordering.best_order import best_order

    best = best_order(used.evaluation)
    if best.peak < used.peak:
        order = "the best order" if best.is_exact else "the best order found"
        yield (
            "",
            f"{_bytes(best.peak)} of activations in {order} of the steps, with each value "
            "freed behind its last use",
        )
    if totals.caching:
        of = "1 causal attention" if totals.caching == 1 else f"{totals.caching} causal attentions"
        size = _bytes(concrete(totals.cache))
        yield "KV cache", f"{size}: keys and values of {of}, kept from word to word"
    state = (
        f"{memory(used.optimizer_state)} for {costs.optimizer}, " if used.optimizer_state else ""
    )
    yield (
        "training",
        f"{_bytes(used.training)}: {_bytes(weights)} of weights, {state}"
        f"{_bytes(used.training - weights - used.optimizer_state)} of activations and gradients "
        f"at the peak ({_bytes(used.kept)} kept for the backward pass)",
    )


def short_rows(costs: Costs) -> Iterator[tuple[str, str]]:
    """The costs that the card of a build has, at the sizes that are asked for."""
    yield "MACs", macs(costs)
    used = costs.memory
    yield "memory", f"{_bytes(used.inference)} to run, {_bytes(used.training)} to train with sgd"


def macs(costs: Costs) -> str:
    """``15,470,264,320, and 46,324,088,832 in a training step``."""
    totals = costs.totals
    forward, training = (dim(each) or "0" for each in (totals.macs, totals.training_macs))
    return f"{forward}, and {training} in a training step"


def _state(count: int, size: int, dtype: str) -> str:
    return f"{count:,}" + (f" ({memory(size)} in {dtype})" if count else "")


def _bytes(number: int) -> str:
    return memory(number) or "0 B"


def html(inputs: Sequence[Port], costs: Costs, entries: Sequence[Entry], whole: Entry) -> str:
    """Table and totals for a notebook."""
    from html import escape

    from archc.render.costs.table import COLUMNS, DEFAULT

    columns = [COLUMNS[name] for name in DEFAULT]

    def row(cells: Sequence[str], tag: str) -> str:
        said = "".join(
            f'<{tag} style="text-align:{"right" if column.side == ">" else "left"};'
            f'white-space:pre">{escape(cell)}</{tag}>'
            for cell, column in zip(cells, columns, strict=True)
        )
        return f"<tr>{said}</tr>"

    head = row([column.title for column in columns], "th")
    body = "".join(row([one.text(entry) for one in columns], "td") for entry in entries)
    last = [one.text(whole) for one in columns]
    last[0] = whole.op
    totals = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(value)}</td></tr>'
        for name, value in total_rows(inputs, costs)
    )
    return (
        f"<table><thead>{head}</thead><tbody>{body}</tbody>"
        f"<tfoot>{row(last, 'th')}</tfoot></table><table>{totals}</table>"
    )
