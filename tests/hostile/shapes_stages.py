"""Shapes of stages: deep, long and wide bodies, loops, values that are named."""

from __future__ import annotations

from shaping import lines, model, shape


def nested(opening: str, inner: str, n: int, closing: str = " }") -> str:
    return opening * n + inner + closing * n


@shape
def nested_braces(n: int) -> str:
    return model(nested("{ ", "relu", n))


@shape
def nested_labels(n: int) -> str:
    return model(nested("a: { ", "relu", n))


@shape
def nested_residuals(n: int) -> str:
    return model(nested("residual { ", "relu", n))


@shape
def nested_shortcuts(n: int) -> str:
    return model(nested("residual { relu } shortcut { ", "relu", n))


@shape
def nested_dense(n: int) -> str:
    return model(nested("dense { ", "conv(1, 1)", n))


@shape
def nested_loops(n: int) -> str:
    return model(nested("repeat 2 { ", "relu", n))


@shape
def nested_growing_loops(n: int) -> str:
    return model(nested("repeat 2 { ", "conv(_.channels + 1, 1)", n))


@shape
def nested_conditions(n: int) -> str:
    return model(nested("if true { ", "relu", n))


@shape
def nested_training(n: int) -> str:
    return model(nested("train_only { ", "relu", n) + "\nrelu")


@shape
def nested_branches(n: int) -> str:
    return model(nested("concat [_, ", "relu", n, "]"))


@shape
def nested_modules(n: int) -> str:
    body = "module a0 = relu\n" + lines(f"module a{i} = {{ a{i - 1} }}" for i in range(1, n))
    return model(body + f"a{n - 1}")


# --- long -----------------------------------------------------------------------------------------


@shape
def long_chain(n: int) -> str:
    return model(" -> ".join(["relu"] * n))


@shape
def long_body(n: int) -> str:
    return model("relu\n" * n)


@shape
def long_body_of_layers(n: int) -> str:
    return model("conv(4, 3, padding = 1)\n" * n)


@shape
def layers_of_many_widths(n: int) -> str:
    return model(lines(f"conv({i + 1}, 3, padding = 1)" for i in range(n)))


@shape
def layers_that_shrink(n: int) -> str:
    return model("conv(4, 3)\n" * n, inputs=f"input x: [N, 3, H = {2 * n + 2}, W = {2 * n + 2}]")


@shape
def labelled_layers(n: int) -> str:
    return model(lines(f"a{i}: conv(4, 1)" for i in range(n)))


@shape
def layers_without_labels(n: int) -> str:
    return model("a: relu\n" + "conv(4, 1)\n" * n)


@shape
def layers_that_strings_name(n: int) -> str:
    return model(f'for i in 1..{n} {{ "a{{i}}": conv(4, 1) }}')


@shape
def same_labels(n: int) -> str:
    return model("a: relu\n" * n)


@shape
def loop_that_folds(n: int) -> str:
    return model(f"repeat {n} {{ conv(3, 1) -> relu }}")


@shape
def loop_that_grows(n: int) -> str:
    return model(f"repeat {n} {{ conv(_.channels + 1, 1) }}")


@shape
def loop_that_names(n: int) -> str:
    return model(f"repeat {n} {{ relu as all }}\nconcat [for each in all {{ each }}]")


@shape
def loop_over_long_list(n: int) -> str:
    return model(f"for a in [{', '.join(str(i % 7 + 1) for i in range(n))}] {{ conv(a, 1) }}")


@shape
def loops_after_each_other(n: int) -> str:
    return model("repeat 2 { relu }\n" * n)


@shape
def conditions_after_each_other(n: int) -> str:
    return model(lines(f"if {i} == 0 {{ relu }} else {{ sigmoid }}" for i in range(n)))


@shape
def long_else(n: int) -> str:
    arms = " else ".join(f"if {i} == 0 {{ relu }}" for i in range(1, n + 1))
    return model(f"{arms} else {{ sigmoid }}")


@shape
def layers_under_a_condition(n: int) -> str:
    layers = lines(["conv(3, 1)"] * n)
    return model(f"if _.channels == 3 {{\n{layers}\nrelu as y\n}}\nadd [_, y]")


@shape
def wide_concat(n: int) -> str:
    return model(f"concat [{', '.join(['conv(1, 1)'] * n)}]")


@shape
def wide_concat_of_strides(n: int) -> str:
    sizes = (f"max_pool({i}) -> adaptive_avg_pool(1)" for i in range(1, n + 1))
    return model(f"concat [{', '.join(sizes)}]", inputs=f"input x: [N, 1, H = {n}, W = {n}]")


@shape
def wide_add(n: int) -> str:
    return model(f"add [{', '.join(['_'] * n)}]")


@shape
def wide_names(n: int) -> str:
    names = ", ".join(f"a{i}" for i in range(n))
    return model(f"chunk({n}) as {names}\nconcat [{names}]", inputs=f"input x: [N, {n}]")


@shape
def skip_ladder(n: int) -> str:
    names = lines(f"relu as a{i}" for i in range(n))
    return model(names + lines(f"concat [_, a{i}] -> conv(3, 1)" for i in reversed(range(n))))


@shape
def all_skips(n: int) -> str:
    names = lines(f"relu as a{i}" for i in range(n))
    return model(names + f"concat [{', '.join(f'a{i}' for i in range(n))}]")


@shape
def sums_of_skips(n: int) -> str:
    names = lines(f"relu as a{i}" for i in range(n))
    return model(names + lines(f"add [_, a{i}]" for i in range(n)))


@shape
def ladder_of_scales(n: int) -> str:
    down = lines(f"conv(3, 3, padding = 1) as a{i}\nmax_pool(2)" for i in range(n))
    up = lines(f"upsample(scale_factor = 2) -> add [_, a{i}]" for i in reversed(range(n)))
    return model(down + up, inputs=f"input x: [N, 3, H = {2**n}, W = {2**n}]")


@shape
def strided_layers(n: int) -> str:
    size = 2 ** min(n, 30)
    body = "conv(3, 3, stride = 2, padding = 1)\n" * n
    return model(body, inputs=f"input x: [N, 3, H = {size}, W = {size}]")


@shape
def residuals(n: int) -> str:
    return model("residual { conv(3, 3, padding = 1) -> batch_norm -> relu }\n" * n)


@shape
def dense_layers(n: int) -> str:
    return model("dense { conv(4, 3, padding = 1) }\n" * n)


@shape
def attention_layers(n: int) -> str:
    layer = "residual { linear(64) -> [_, _ -> transpose(1, 2)] -> matmul -> linear(64) }\n"
    return model(layer * n, inputs="input x: [N, L = 64, 64]")


@shape
def loops_in_a_row(n: int) -> str:
    return model("repeat 3 { chunk(3) -> maximum -> conv(3, 1) }\n" * n)
