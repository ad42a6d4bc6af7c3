"""Initial weights: rules of ``init`` and ``with``."""

from __future__ import annotations

from archc.testing.generator.forms.nodes import Body, Use
from archc.testing.generator.forms.statements import Chain, Loop, Module, Raw
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Part
from archir.catalogue.registry import ops

FOR_ANY = (
    "zeros", "ones", "constant(0.5)", "normal(std = 0.02)", "normal(0, 0.1)", "uniform(-0.1, 0.1)",
    "trunc_normal(std = 0.02)", "normal(std = sqrt(2 / fan_out))",
    "uniform(-1 / sqrt(fan_in), 1 / sqrt(fan_in))",
)  # fmt: skip
FOR_MATRICES = (
    "xavier_uniform", "xavier_normal(gain = 2)", "kaiming_normal(mode = \"fan_out\")",
    "kaiming_uniform(a = 1)", "orthogonal", "normal(std = 1 / fan_in)",
)  # fmt: skip
PLAIN = FOR_ANY[:7]
NORMALISED = (
    "weight_norm", "weight_norm(dim = 1)", "weight_norm(-1)", "spectral_norm",
    "spectral_norm(n_power_iterations = 2)",
)  # fmt: skip


def overrides(pen: Pen, place: Place, use: Use) -> list[tuple[str, str]]:
    """``with weight = …`` for an op that has weights with these arguments."""
    names = [name for name in ("weight", "bias") if name in ops()[use.name].weights]
    plain = {"affine", "elementwise_affine", "bias", "track_running_stats"}
    if any(name in plain or name is None for name, _ in use.arguments[2:]) or "norm" in use.name:
        names = ["weight"] if "norm" not in use.name and names else []
    if "weight" in names and ops()[use.name].weight_kept is not None and pen.choices.chance(12):
        pen.note("with", "normalised weight")
        drawn = [("weight", initialiser(pen, place, use.name, "weight"))]
        made = pen.choices.pick(NORMALISED)
        return [*(drawn if pen.choices.chance(40) else []), ("weight", made)]
    chosen = pen.choices.some(names, 60)
    if chosen:
        pen.note("with", *(["several with"] if len(chosen) > 1 else []))
    return [(name, initialiser(pen, place, use.name, name)) for name in chosen]


def initialiser(pen: Pen, place: Place, op: str, parameter: str) -> str:
    """An initialiser for a parameter of an op."""
    matrix = parameter == "weight" and op in ("conv", "linear", "depthwise", "conv_transpose")
    names = [n for n, v in place.scene.env.items() if isinstance(v, Part) and v.name in STARTS]
    names = [n for n in names if n.startswith("start")]
    if names and pen.choices.chance(60):
        return pen.choices.pick(names)
    text = pen.choices.pick((*PLAIN, *FOR_MATRICES) if matrix else PLAIN)
    if "(" in text:
        pen.note("init with arguments")
    if "fan_" in text and "mode" not in text:
        pen.note("init with fan")
    return text


def _loops(body: Body) -> list[str]:
    """The paths of labelled loops in a body and in its modules."""
    found: list[str] = []
    for each in body.statements:
        if isinstance(each, Module):
            found += [f"{each.label or each.name}.{path}" for path in _loops(each.body)]
        elif isinstance(each, Chain):
            found += [
                stage.label
                for stage in each.stages
                if isinstance(stage.unit, Loop) and stage.label.isidentifier()
            ]
    return found


STARTS = ("zeros", "ones", "normal")


def rules(pen: Pen, place: Place, labels: list[str], body: Body) -> str:
    """An ``init`` for a body."""
    choose = pen.choices
    lines: list[str] = []
    for op in choose.some(["conv", "linear", "batch_norm", "layer_norm"], 50):
        parameter = choose.pick(["weight", "bias"]) if op != "linear" else "weight"
        text = initialiser(pen, place, op, parameter)
        if choose.chance(20):
            pen.note("conditional init", "conditional")
            text = f"{text} if {choose.pick(['true', '1 < 2', 'false'])} else zeros"
        lines.append(f"{op}.{parameter}: {text}")
        pen.note("init of an op")
    if choose.chance(40) or not lines:
        lines.append(f"*.bias: {choose.pick(['zeros', 'ones', 'constant(0.1)'])}")
        pen.note("init of all")
    if choose.chance(30):
        path = f"{choose.pick(labels)}*" if labels else "*c*"
        lines.append(f'"{path}".weight: {choose.pick(PLAIN)}')
        pen.note("init of a path")
    for label in choose.some(_loops(body), 60):
        lines.append(f'"{label}.{choose.integer(0, 3)}".weight: {choose.pick(PLAIN)}')
        pen.note("init of a path", "init of a turn")
    raws = [each.name for each in body.statements if isinstance(each, Raw) and each.kind == "param"]
    for name in choose.some(raws, 60):
        lines.append(f"param.{name}: {choose.pick(PLAIN)}")
        pen.note("init of a param")
    pen.note("init")
    inside = "\n".join(f"  {line}" for line in lines)
    return f"init {{\n{inside}\n}}"
