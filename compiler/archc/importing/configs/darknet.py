"""Darknet's ``.cfg`` files as text in the language.

A file has a section for each layer, in the order of running; layers that are not the next one's
input are named by their number, from the start or backwards. Detection heads (``[yolo]``,
``[region]``, ``[detection]``) learn nothing: what flows into them is an output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from archc.importing.configs.sections import ConfigError, Section, sections
from archc.importing.configs.translation import Translation
from archir.base.record import Struct, fresh

ACTIVATIONS: Mapping[str, str] = MappingProxyType(
    {
        "linear": "",
        "leaky": "leaky_relu(0.1)",
        "relu": "relu",
        "relu6": "relu6",
        "logistic": "sigmoid",
        "mish": "mish",
        "swish": "silu",
        "tanh": "tanh",
        "elu": "elu",
        "selu": "selu",
        "gelu": "gelu",
    }
)
"""Darknet's words for activations, and ours."""

BLOCK = """\
## A convolution, a norm and an activation: Darknet's [convolutional] with batch_normalize.
block Convolutional(
  width,
  size,
  stride = 1,
  padding = size // 2,
  groups = 1,
  act: op = leaky_relu(0.1),
) {
  conv(width, size, stride = stride, padding = padding, groups = groups, bias = false)
  batch_norm -> act
}

"""

HEADS = ("yolo", "region", "detection", "Gaussian_yolo")
NOTHING = ("cost", "crop")
"""What only a training has."""


def written(text: str, name: str) -> Translation:
    """A Darknet file as text. ConfigError, with the line, for what cannot be said."""
    found = sections(text)
    if not found or found[0].name not in ("net", "network"):
        raise ConfigError(1, "a Darknet file begins with [net]")
    return _Writer(found[0], found[1:], name).written()


class _Layer(Struct):
    """The statement of a section: a chain, its value's name where others read it."""

    chain: str
    section: Section
    sources: list[int] = fresh(factory=list)
    """The layers that it reads, -1 for the input; none where it is the one before."""


class _Writer:
    def __init__(self, net: Section, layers: list[Section], name: str) -> None:
        self.net = net
        self.sections = layers
        self.name = name
        self.layers: list[_Layer] = []
        self.outputs: list[int] = []
        self.is_flat = False

    def written(self) -> Translation:
        for index, section in enumerate(self.sections):
            write = WRITERS.get(section.name)
            if section.name in HEADS:
                self.outputs.append(self.place(section, index, -1))
                self.layers.append(_Layer("", section))
            elif section.name in NOTHING:
                self.layers.append(_Layer("", section))
            elif write is None:
                raise ConfigError(section.line, f"[{section.name}] is a layer that is not read")
            else:
                self.layers.append(write(self, index, section))
        if not self.layers:
            raise ConfigError(self.net.line, "there is no layer behind [net]")
        return self._text()

    def place(self, section: Section, index: int, number: int) -> int:
        """The layer that a number means, counted from the start or backwards."""
        found = index + number if number < 0 else number
        if not 0 <= found < index:
            raise ConfigError(
                section.line, f"[{section.name}] reads layer {number}, and there is none before it"
            )
        while found >= 0 and not self.layers[found].chain:
            # A head hands on what flows into it, a route of one layer is that layer.
            sources = self.layers[found].sources
            found = sources[0] if sources else found - 1
        return found

    def _text(self) -> Translation:
        size = [self.net.number(key, 0) for key in ("channels", "height", "width")]
        if min(size) < 1:
            raise ConfigError(self.net.line, "[net] says no channels, height and width")
        channels, height, width = size
        rows = [
            (f"model {self.name}() {{", 0),
            (f"  input image: [N, {channels}, H = {height}, W = {width}]", self.net.line),
            *self._statements(),
            ("}", 0),
        ]
        text = "arch 1\n\n"
        if any("Convolutional(" in row for row, _ in rows):
            text += BLOCK
        lines = [0] * text.count("\n") + [line for _, line in rows]
        return Translation(text + "\n".join(row for row, _ in rows) + "\n", tuple(lines))

    def _statements(self) -> Iterator[tuple[str, int]]:
        """What the model does, each with its line in the file."""
        outputs = list(dict.fromkeys(self.outputs))
        last = max((n for n, layer in enumerate(self.layers) if layer.chain), default=-1)
        if outputs == [last]:
            outputs = []  # it is what the model ends with
        read = {source for layer in self.layers for source in layer.sources} | set(outputs)
        before = current = -1
        for index, layer in enumerate(self.layers):
            if not layer.chain:
                current = layer.sources[0] if layer.sources else current
                continue
            parts = (self._head(layer, before, current), layer.chain)
            named = f" as layer{index}" if index in read else ""
            said = "  " + " -> ".join(part for part in parts if part) + named
            yield from ((row, layer.section.line) for row in said.split("\n"))
            before = current = index
        for number, place in enumerate(outputs, 1):
            yield f"  output map{number} = layer{place}", self.sections[place].line

    def _head(self, layer: _Layer, before: int, current: int) -> str:
        """What a statement reads, where it is not what stands before it."""
        if layer.chain.startswith(("add ", "concat ")):
            return ""
        source = layer.sources[0] if layer.sources else current
        return "" if source == before else f"layer{source}"

    # --- layers -------------------------------------------------------------------------------

    def convolution(self, index: int, section: Section) -> _Layer:
        width, size = section.number("filters", 1), section.number("size", 1)
        stride, groups = section.number("stride", 1), section.number("groups", 1)
        padding = size // 2 if section.number("pad", 0) else section.number("padding", 0)
        act = self.activation(section, "logistic")
        label = f"conv{index}"
        if not section.number("batch_normalize", 0):
            said = [str(width), str(size)]
            said += [f"{key} = {value}" for key, value, usual in (
                ("stride", stride, 1), ("padding", padding, 0), ("groups", groups, 1)
            ) if value != usual]  # fmt: skip
            conv = f"{label}: conv({', '.join(said)})"
            return _Layer(f"{conv} -> {act}" if act else conv, section)
        said = [str(width), str(size)]
        said += [f"{key} = {value}" for key, value, usual in (
            ("stride", stride, 1), ("padding", padding, size // 2), ("groups", groups, 1),
            ("act", act or "identity", "leaky_relu(0.1)"),
        ) if value != usual]  # fmt: skip
        return _Layer(f"{label}: Convolutional({', '.join(said)})", section)

    def activation(self, section: Section, usual: str) -> str:
        word = section.text("activation", usual)
        if word not in ACTIVATIONS:
            line = section.entries["activation"].line
            raise ConfigError(line, f"{word[:40]} is an activation that is not read")
        return ACTIVATIONS[word]

    def max_pool(self, _index: int, section: Section) -> _Layer:
        stride = section.number("stride", 1)
        size = section.number("size", stride)
        padding = section.number("padding", size - 1)
        if padding != size - 1:
            raise ConfigError(section.line, "a [maxpool] with a padding of its own is not read")
        if size % 2:
            return _Layer(f"max_pool({size}, stride = {stride}, padding = {size // 2})", section)
        if size == stride == 2:
            return _Layer("max_pool(2, ceil_mode = true)", section)
        before, behind = (size - 1) // 2, size // 2
        sides = f"[{before}, {behind}, {before}, {behind}]"
        pad = f'pad({sides}, mode = "replicate")'  # the largest is the same as with none there
        return _Layer(f"{pad} -> max_pool({size}, stride = {stride})", section)

    def avg_pool(self, _index: int, section: Section) -> _Layer:
        return _Layer("adaptive_avg_pool(1)", section)

    def shortcut(self, index: int, section: Section) -> _Layer:
        places = [self.place(section, index, number) for number in section.numbers("from")]
        before = self.place(section, index, -1)
        names = ", ".join(f"layer{place}" for place in (before, *places))
        act = self.activation(section, "linear")
        chain = f"add [{names}]" + (f" -> {act}" if act else "")
        return _Layer(chain, section, [before, *places])

    def route(self, index: int, section: Section) -> _Layer:
        places = [self.place(section, index, number) for number in section.numbers("layers")]
        if not places:
            raise ConfigError(section.line, "[route] names no layers")
        groups, group = section.number("groups", 1), section.number("group_id", 0)
        if len(places) > 1:
            if groups > 1:
                raise ConfigError(section.line, "a [route] of several layers in groups is not read")
            names = ", ".join(f"layer{place}" for place in places)
            return _Layer(f"concat [{names}]", section, places)
        if groups > 1 and not 0 <= group < groups:
            raise ConfigError(section.line, f"[route] takes group {group} of {groups}")
        part = f"chunk({groups}) as parts{index}\n  parts{index}[{group}]" if groups > 1 else ""
        return _Layer(part, section, places)

    def upsample(self, _index: int, section: Section) -> _Layer:
        stride = section.number("stride", 2)
        if stride < 1:
            raise ConfigError(section.line, "an [upsample] that makes a map smaller is not read")
        return _Layer(f"upsample(scale_factor = {stride})", section)

    def connected(self, index: int, section: Section) -> _Layer:
        width = section.number("output", 1)
        norm = " -> batch_norm" if section.number("batch_normalize", 0) else ""
        act = self.activation(section, "logistic")
        flat = "" if self.is_flat else "flatten -> "
        self.is_flat = True
        bias = ", bias = false" if norm else ""
        chain = f"{flat}fc{index}: linear({width}{bias}){norm}" + (f" -> {act}" if act else "")
        return _Layer(chain, section)

    def softmax(self, _index: int, section: Section) -> _Layer:
        if section.number("groups", 1) != 1:
            raise ConfigError(section.line, "a [softmax] in groups is not read")
        flat = "" if self.is_flat else "flatten -> "
        self.is_flat = True
        return _Layer(f"{flat}softmax(1)", section)

    def dropout(self, _index: int, section: Section) -> _Layer:
        return _Layer(f"dropout({section.share('probability', 0.5)})", section)


WRITERS: Mapping[str, Callable[[_Writer, int, Section], _Layer]] = MappingProxyType(
    {
        "convolutional": _Writer.convolution,
        "conv": _Writer.convolution,
        "maxpool": _Writer.max_pool,
        "max": _Writer.max_pool,
        "avgpool": _Writer.avg_pool,
        "avg": _Writer.avg_pool,
        "shortcut": _Writer.shortcut,
        "route": _Writer.route,
        "upsample": _Writer.upsample,
        "connected": _Writer.connected,
        "conn": _Writer.connected,
        "softmax": _Writer.softmax,
        "soft": _Writer.softmax,
        "dropout": _Writer.dropout,
    }
)
"""The sections that are layers."""
