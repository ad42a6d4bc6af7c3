"""Random programs: blocks with parameters, loops, conditions, branches, labels, named values."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

KEEP = [
    "batch_norm",
    "relu",
    "identity",
    "dropout(0.5)",
    "depthwise(3, padding = 1)",
    "max_pool(3, stride = 1, padding = 1)",
    "leaky_relu(0.2)",
    "gelu",
    "prelu",
    "prelu(_.channels, -0.5)",
    "softmax(1)",
    "group_norm(1)",
    "group_norm(_.channels)",
    "instance_norm(affine = true)",
    "stochastic_depth(0.5)",
]
"""Stages that keep the shape."""

RARE = [
    "layer_norm",
    "layer_norm(bias = false)",
    "layer_norm(3, eps = 1e-6)",
    "rms_norm(2)",
    "group_norm(1, affine = false)",
    "instance_norm",
    "instance_norm(track_running_stats = true)",
]
"""Stages that keep the shape too. The sizes that some of them take off it are not in the text."""

FUNCTIONS = [
    "multiply(0.5) -> add(-0.25)",
    "subtract [_, _ -> mean([2, 3], true)]",
    "maximum [_, _ -> slice(1, 0, 1)]",
    "permute(0, 1, -1, 2) -> transpose(2, 3)",
    "chunk(2) -> concat",
    "split(2) -> concat",
    "slice(-2, 0, _.height)",
    "reshape(_.shape[0], _.channels, -1, _.width)",
    "unsqueeze(1) -> expand(-1, 1, -1, -1, -1) -> squeeze(1)",
    "divide [_, _ -> sum(1, true) -> add(9)]",
]
"""Functions that keep the shape, and have no label."""


@dataclass
class Writer:
    """Writes one body. All of its values have the same height and width."""

    random: Random
    labelled: bool
    blocks: list[str]
    numbers: list[str]
    """Names that hold a number here: parameters, loop variables, ``let`` names."""

    depth: int = 0
    loops: list[str] = field(default_factory=list)
    count: int = 0

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def label(self) -> str:
        if not self.labelled:
            return ""
        if self.loops:
            return f'"{self.name("l")}{"".join(f"_{{{loop}}}" for loop in self.loops)}": '
        return f"{self.name('l')}: "

    def width(self) -> str:
        choices = [str(self.random.randint(2, 6)), "_.channels", "_.channels + 1"]
        choices += [f"{name} + 2" for name in self.numbers]
        choices += [f"2 * ({name} + 1)" for name in self.numbers]
        return self.random.choice(choices)

    def condition(self) -> str:
        choices = ["_.channels > 4", "_.channels % 2 == 0", "true", "not false"]
        choices += [f"{name} % 2 == 0 or {name} > 5" for name in self.numbers]
        return self.random.choice(choices)

    def stage(self) -> str:
        kind = self.random.randrange(8 if self.blocks else 6)
        if kind < 3:
            kernel = self.random.choice(["1", "3, padding = 1"])
            return f"{self.label()}conv({self.width()}, {kernel})"
        if kind < 6 and self.random.random() < 0.1:
            return self.random.choice(FUNCTIONS)
        if kind < 6:
            stages = RARE if self.random.random() < 0.15 else KEEP
            return f"{self.label()}{self.random.choice(stages)}"
        block = self.random.choice(self.blocks)
        given = ["", "(3)", f"({self.width()})", f"(stages = {self.random.randint(0, 2)})"]
        return f"{self.label()}{block}{self.random.choice(given)}"

    def body(self, least: int = 1) -> str:
        lines = [self.statement() for _ in range(self.random.randint(least, 2))]
        return "\n".join(lines)

    def inside(self, *, loop: str | None = None) -> str:
        numbers, loops = list(self.numbers), list(self.loops)
        if loop is not None:
            self.numbers, self.loops = [*numbers, loop], [*loops, loop]
        self.depth += 1
        text = self.body()
        self.depth -= 1
        self.numbers, self.loops = numbers, loops
        return text

    def statement(self) -> str:
        kind = self.random.randrange(12)
        if kind < 5 or self.depth > 1:
            return " -> ".join(self.stage() for _ in range(self.random.randint(1, 3)))
        if kind == 5:
            loop = self.name("i")
            items = self.random.choice(["range(2)", "1..2", "[3, 5]", "enumerate([4, 7])"])
            targets = f"{loop}, {self.name('j')}" if "enumerate" in items else loop
            return f"for {targets} in {items} {{ {self.inside(loop=loop)} }}"
        if kind == 6 and not self.labelled:
            return f"repeat {self.random.randint(1, 3)} {{ {self.inside()} }}"
        if kind == 7:
            other = f" else {{ {self.inside()} }}" if self.random.random() < 0.5 else ""
            return f"if {self.condition()} {{ {self.inside()} }}{other}"
        if kind == 8:
            width = self.name("c")
            last = f"{self.label()}conv({width}, 1)"
            shortcut = f" shortcut {{ {self.label()}conv({width}, 1) }}"
            chosen = shortcut if self.random.random() < 0.4 else ""
            return f"let {width} = _.channels\nresidual {{ {self.inside()}\n{last} }}{chosen}"
        if kind == 9:
            return f"dense {{ {self.inside()} }}"
        if kind == 10:
            return f"concat [{{ {self.inside()} }}, {{ {self.inside()} }}, _]"
        condition = f" if {self.condition()}" if self.random.random() < 0.5 else ""
        if self.labelled and not self.loops:
            inner = Writer(self.random, False, self.blocks, list(self.numbers), self.depth + 1)
            inner.count = self.count
            text = inner.body()
            self.count = inner.count
            return f"{self.name('g')}: {{ {text} }}{condition}"
        return f"{self.stage()}{condition}"


def program(seed: int) -> str:
    """A text with a few blocks and a model ``m``."""
    random = Random(seed)
    blocks: list[str] = []
    parts: list[str] = []
    for number in range(random.randint(0, 3)):
        writer = Writer(random, random.random() < 0.5, list(blocks), ["width", "stages"])
        text = writer.body()
        parts.append(f"block B{number}(width = 4, stages = 1) {{\n{text}\nconv(width, 1)\n}}")
        blocks.append(f"B{number}")
    writer = Writer(random, random.random() < 0.5, blocks, ["width"])
    text = writer.body(2)
    init = ""
    if random.random() < 0.5:
        rules = [
            "conv.weight: kaiming_normal",
            "*.bias: uniform",
            "batch_norm.weight: normal",
            "prelu.weight: constant(0.1)",
            "layer_norm.weight: normal",
        ]
        init = "init {\n" + "\n".join(random.sample(rules, 2)) + "\n}"
    parts.append(f"model m(width = 3) {{\ninput x: [N, 3, H = 4, W = 5]\n{text}\n{init}\n}}")
    return "\n\n".join(parts)
