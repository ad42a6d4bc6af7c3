"""Shapes of what a body declares: inputs, outputs, parameters, modules, asserts, init."""

from __future__ import annotations

from shaping import lines, model, shape


@shape
def many_inner_lets(n: int) -> str:
    return model(lines(f"let a{i} = {i}" for i in range(n)) + "relu")


@shape
def many_asserts(n: int) -> str:
    return model(lines(f'assert H >= {i % 32}, "no {i}"' for i in range(n)) + "relu")


@shape
def many_divisors(n: int) -> str:
    return model(lines(f'assert H % {i + 1} >= 0, "no {i}"' for i in range(n)) + "relu")


@shape
def many_ascriptions(n: int) -> str:
    return model("relu :: [N, 3, H, W]\n" * n)


@shape
def ascriptions_that_bind(n: int) -> str:
    return model(lines(f"relu :: [N, C{i}, H{i}, W]\nconv(C{i}, 1)" for i in range(n)))


@shape
def wrong_ascriptions(n: int) -> str:
    return model("relu :: [N, 4, H, W]\n" * n)


@shape
def many_inputs(n: int) -> str:
    items = ", ".join(f"x{i}: [N, 3, H{i} = 32, W{i} = 32]" for i in range(n))
    means = ", ".join(f"x{i} -> global_avg_pool" for i in range(n))
    return model(f"concat [{means}]", inputs=f"input {items}")


@shape
def many_equal_inputs(n: int) -> str:
    items = ", ".join(f"x{i}: [N, 3, H{i} = 32, W{i} = 32]" for i in range(n))
    return model("add", inputs=f"input {items}")


@shape
def many_dims(n: int) -> str:
    return model("relu", inputs=f"input x: [N, {', '.join(f'D{i} = 2' for i in range(n))}]")


@shape
def many_outputs(n: int) -> str:
    names = lines(f"relu as a{i}" for i in range(n))
    return model(names + f"output {', '.join(f'a{i}' for i in range(n))}")


@shape
def many_training_outputs(n: int) -> str:
    made = lines(f"train_only {{ conv(3, 1) as a{i} }}" for i in range(n))
    outputs = lines(f"output a{i} when training" for i in range(n))
    return model(f"relu as y\n{made}{outputs}output y")


@shape
def many_training_parts(n: int) -> str:
    return model("train_only { conv(3, 1) }\n" * n + "relu")


@shape
def many_params(n: int) -> str:
    params = lines(f"param p{i}: [1, 3, 1, 1] = ones" for i in range(n))
    return model(params + lines(f"multiply [_, p{i}]" for i in range(n)))


@shape
def many_buffers(n: int) -> str:
    return model(lines(f"buffer p{i}: [1, 3, 1, 1] = ones" for i in range(n)) + "relu")


@shape
def many_modules(n: int) -> str:
    modules = lines(f"module a{i} = conv(3, 1)" for i in range(n))
    return model(modules + lines(f"a{i}" for i in range(n)))


@shape
def modules_behind_their_use(n: int) -> str:
    modules = lines(f"module a{i} = conv(3, 1)" for i in range(n))
    return model(lines(f"a{i}" for i in range(n)) + modules)


@shape
def uses_of_one_module(n: int) -> str:
    return model("module a = conv(3, 1)\n" + "a\n" * n)


@shape
def many_init_rules(n: int) -> str:
    rules = "conv.weight: normal(std = 0.01)\n" * n
    return model(f"conv(8, 3)\ninit {{\n{rules}}}")


@shape
def init_rules_times_layers(n: int) -> str:
    rules = lines(f'"a{i}".weight: normal(std = 0.01)' for i in range(n))
    return model(lines(f"a{i}: conv(3, 1)" for i in range(n)) + f"init {{\n{rules}}}")


@shape
def many_stars(n: int) -> str:
    rules = f'"{"a*" * n}b".weight: zeros'
    return model(f'"{"a" * n}": conv(3, 1)\ninit {{\n{rules}\n}}')


@shape
def many_withs(n: int) -> str:
    return model("conv(8, 3)" + " with weight = zeros" * n)


@shape
def nested_init(n: int) -> str:
    blocks = lines(
        f"block b{i}() {{\n b{i - 1}\n init {{ conv.weight: zeros }}\n}}" for i in range(1, n)
    )
    return model(f"b{n - 1}", above=f"block b0() {{ conv(3, 1) }}\n{blocks}")


@shape
def sizes_from_reshapes(n: int) -> str:
    body = "reshape(N, 3, H * W)\nreshape(N, 3, H, W)\n" * n
    return model(body)
