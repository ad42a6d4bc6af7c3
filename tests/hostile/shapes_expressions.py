"""Shapes of expressions, arguments and parameters."""

from __future__ import annotations

from collections.abc import Iterable

from shaping import lines, model, shape, using


@shape
def chain_of_lets(n: int) -> str:
    chain = (f"let a{i} = a{i - 1} + 1" for i in range(1, n))
    return using(f"a{n - 1}", "let a0 = 1\n" + lines(chain))


@shape
def chain_of_lets_backwards(n: int) -> str:
    chain = (f"let a{i} = a{i - 1} + 1" for i in reversed(range(1, n)))
    return using(f"a{n - 1}", lines(chain) + "let a0 = 1\n")


@shape
def chain_of_inner_lets(n: int) -> str:
    chain = (f"let a{i} = a{i - 1} + 1" for i in range(1, n))
    return model("let a0 = 1\n" + lines(chain) + f"if a{n - 1} == 0 {{ relu }}")


@shape
def chain_of_functions(n: int) -> str:
    chain = (f"fn f{i}(x) = f{i - 1}(x) + 1" for i in range(1, n))
    return using(f"f{n - 1}(1)", "fn f0(x) = x\n" + lines(chain))


@shape
def doubling_functions(n: int) -> str:
    chain = (f"fn f{i}(x) = f{i - 1}(x) + f{i - 1}(x + 1)" for i in range(1, n))
    return using(f"f{n - 1}(1)", "fn f0(x) = x\n" + lines(chain))


@shape
def functions_in_arguments(n: int) -> str:
    chain = (f"fn f{i}(x = f{i - 1}()) = x + 1" for i in range(1, n))
    return using(f"f{n - 1}()", "fn f0() = 1\n" + lines(chain))


@shape
def chain_of_defaults(n: int) -> str:
    chain = ", ".join(["a0 = 1", *(f"a{i} = a{i - 1} + 1" for i in range(1, n))])
    return model(f"if a{n - 1} == 0 {{ relu }}", head=f"model m({chain})")


@shape
def doubling_lists(n: int) -> str:
    chain = (f"let a{i} = [a{i - 1}, a{i - 1}]" for i in range(1, n))
    return using(f"len(a{n - 1})", "let a0 = [1]\n" + lines(chain))


@shape
def doubling_strings(n: int) -> str:
    chain = (f'let a{i} = "{{a{i - 1}}}{{a{i - 1}}}"' for i in range(1, n))
    return using(f"len(a{n - 1})", 'let a0 = "a"\n' + lines(chain))


@shape
def squared_numbers(n: int) -> str:
    chain = (f"let a{i} = a{i - 1} * a{i - 1}" for i in range(1, n))
    return using(f"a{n - 1}", "let a0 = 3\n" + lines(chain))


@shape
def long_sum(n: int) -> str:
    return using(" + ".join(["1"] * n))


@shape
def long_power(n: int) -> str:
    return using(" ** ".join(["1"] * n))


@shape
def long_minus(n: int) -> str:
    return using("-" * n + "1")


@shape
def long_not(n: int) -> str:
    return model(f"if {'not ' * n}true {{ relu }}")


@shape
def long_and(n: int) -> str:
    return model(f"if {' and '.join(['true'] * n)} {{ relu }}")


@shape
def long_conditional(n: int) -> str:
    return using("".join(f"{i} if false else " for i in range(n)) + "1")


@shape
def long_list(n: int) -> str:
    return using(f"len([{', '.join(map(str, range(n)))}])")


@shape
def long_text(n: int) -> str:
    return using(f'len("{"a" * n}")')


@shape
def text_with_holes(n: int) -> str:
    return using(f'len("{"{1}" * n}")')


@shape
def long_comment(n: int) -> str:
    return model("relu  # " + "-" * n)


@shape
def long_number(n: int) -> str:
    return using("1" * n)


@shape
def long_float(n: int) -> str:
    return using("0." + "1" * n)


@shape
def long_name(n: int) -> str:
    return using("a" * n, f"let {'a' * n} = 1\n")


@shape
def many_unknown_names_alike(n: int) -> str:
    return model(lines(f"unit{i:05}" for i in range(n)), above=lines(_blocks(n)))


def _blocks(n: int) -> Iterable[str]:
    return (f"block unix{i:05}() {{ relu }}" for i in range(n))


@shape
def long_index(n: int) -> str:
    return using("[1]" + "[0:1]" * n + "[0]")


@shape
def long_calls(n: int) -> str:
    return model("f" + "()" * n, above="block f() { relu }\n")


@shape
def long_range(n: int) -> str:
    return using(f"len([i for i in 1..{n}])")


@shape
def comprehension_of_comprehensions(n: int) -> str:
    return using(f"len([[j for j in 1..10] for i in 1..{n}])")


@shape
def nested_comprehensions(n: int) -> str:
    inner = "1"
    for i in range(n):
        inner = f"[{inner} for i{i} in 1..2]"
    return using(f"len({inner})")


@shape
def nested_parentheses(n: int) -> str:
    return using("(" * n + "1" + ")" * n)


@shape
def nested_lists(n: int) -> str:
    return using(f"len({'[' * n}1{']' * n})")


@shape
def nested_calls(n: int) -> str:
    return using("abs(" * n + "1" + ")" * n)


@shape
def nested_texts(n: int) -> str:
    """Each in a hole of the one around it, where quotes are escaped."""
    chain = (f'let a{i} = "<{{a{i - 1}}}>"' for i in range(1, n))
    return using(f"len(a{n - 1})", 'let a0 = "a"\n' + lines(chain))


@shape
def nested_sizes(n: int) -> str:
    grown = "".join(f"let a{i} = (a{i - 1} + {i}) // 2\n" for i in range(1, n))
    return model(f'let a0 = H\n{grown}assert a{n - 1} > 0, "no"\nrelu')


@shape
def product_of_sizes(n: int) -> str:
    names = [f"A{i}" for i in range(n)]
    dims = ", ".join(f"{name} = 2" for name in names)
    return model(f'assert {" * ".join(names)} > 0, "no"\nrelu', inputs=f"input x: [N, {dims}]")


# --- arguments and parameters ---------------------------------------------------------------------


@shape
def many_parameters(n: int) -> str:
    names = [f"a{i}" for i in range(n)]
    given = ", ".join(f"{name} = 1" for name in names)
    used = " + ".join(names)
    block = f"block b({', '.join(names)}) {{ if {used} == 0 {{ relu }} }}\n"
    return model(f"b({given})", above=block)


@shape
def many_positions(n: int) -> str:
    names = [f"a{i}" for i in range(n)]
    block = f"block b({', '.join(names)}) {{ if {' + '.join(names)} == 0 {{ relu }} }}\n"
    return model(f"b({', '.join(['1'] * n)})", above=block)


@shape
def unknown_arguments(n: int) -> str:
    return model(f"conv(8, 3, {', '.join(f'a{i} = 1' for i in range(n))})")


@shape
def unknown_arguments_alike(n: int) -> str:
    names = ", ".join(f"name{i:05} = 1" for i in range(n))
    given = ", ".join(f"mane{i:05} = 1" for i in range(n))
    return model(f"b({given})", above=f"block b({names}) {{ relu }}\n")


@shape
def same_argument(n: int) -> str:
    return model(f"conv(8, 3, {', '.join(['stride = 1'] * n)})")


@shape
def too_many_positions(n: int) -> str:
    return model(f"conv({', '.join(['1'] * n)})")


@shape
def missing_arguments(n: int) -> str:
    names = ", ".join(f"a{i}" for i in range(n))
    return model("b\n" * 20, above=f"block b({names}) {{ relu }}\n")


@shape
def long_domain(n: int) -> str:
    domain = ", ".join(map(str, range(n)))
    return model(f"b({n - 1})\nb(0)", above=f"block b(a in [{domain}]) {{ conv(a + 1, 1) }}\n")


@shape
def parts_filled_in(n: int) -> str:
    chain = (f"let p{i} = p{i - 1}(stride = 1)" for i in range(1, n))
    return model(f"p{n - 1}", above="let p0 = conv(8, 1)\n" + lines(chain))
