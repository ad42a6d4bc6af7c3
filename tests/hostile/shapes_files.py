"""Shapes of models, variants, imports and comments."""

from __future__ import annotations

from collections.abc import Callable

from shaping import Files, lines, model, shape


@shape
def many_models(n: int) -> str:
    return "".join(model("conv(8, 3) -> relu", head=f"model m{i}()") for i in range(n))


@shape
def many_variants(n: int) -> str:
    base = model("conv(a, 1)", head="model m0(a = 1)")
    return base + lines(f"model m{i} = m0(a = {i})" for i in range(1, n))


@shape
def chain_of_variants(n: int) -> str:
    base = model("conv(a, 1)", head="model m0(a = 1)")
    return base + lines(f"model m{i} = m{i - 1}(a = {i})" for i in range(1, n))


@shape
def chain_of_other_arguments(n: int) -> str:
    names = ", ".join(f"a{i}" for i in range(n))
    used = " + ".join(f"a{i}" for i in range(n))
    base = model(f"if {used} == 0 {{ relu }}", head=f"model m0({names})")
    return base + lines(f"model m{i + 1} = m{i}(a{i} = {i})" for i in range(n))


@shape
def models_in_models(n: int) -> str:
    inner = lines(
        f"model m{i}() {{\n input x: [N, 3, H = 32, W = 32]\n m{i - 1}\n}}" for i in range(1, n)
    )
    return model("conv(3, 1)", head="model m0()") + inner


@shape
def many_imports(n: int) -> Files:
    files = {f"f{i}.arch": f"block b{i}() {{ conv(3, 1) }}\n" for i in range(n)}
    above = lines(f'import "./f{i}.arch": b{i}' for i in range(n))
    return {"main.arch": model(lines(f"b{i}" for i in range(n)), above=above), **files}


@shape
def chain_of_imports(n: int) -> Files:
    files = {
        f"f{i}.arch": f'import "./f{i - 1}.arch": b{i - 1}\nblock b{i}() {{ relu -> b{i - 1} }}\n'
        for i in range(1, n)
    }
    above = f'import "./f{n - 1}.arch": b{n - 1}\n'
    first = {"f0.arch": "block b0() { relu }\n"}
    return {"main.arch": model(f"b{n - 1}", above=above), **first, **files}


@shape
def chain_of_imported_lets(n: int) -> Files:
    files = {
        f"f{i}.arch": f'import "./f{i - 1}.arch": a{i - 1}\nlet a{i} = a{i - 1}\n'
        for i in range(1, n)
    }
    above = f'import "./f{n - 1}.arch": a{n - 1}\n'
    body = model(f"if a{n - 1} == 0 {{ relu }}", above=above)
    return {"main.arch": body, "f0.arch": "let a0 = 1\n", **files}


@shape
def cycle_of_imports(n: int) -> Files:
    files = {
        f"f{i}.arch": f'import "./f{(i + 1) % n}.arch": a{(i + 1) % n}\nlet a{i} = 1\n'
        for i in range(n)
    }
    return {"main.arch": model("relu", above='import "./f0.arch": a0\n'), **files}


@shape
def names_of_one_import(n: int) -> Files:
    names = ", ".join(f"b{i}" for i in range(n))
    blocks = lines(f"block b{i}() {{ conv(3, 1) }}" for i in range(n))
    uses = lines(f"b{i}" for i in range(n))
    above = f'import "./f.arch": {names}\n'
    return {"main.arch": model(uses, above=above), "f.arch": blocks}


@shape
def names_that_no_import_has(n: int) -> Files:
    names = ", ".join(f"unit{i:05}" for i in range(n))
    blocks = lines(f"block unix{i:05}() {{ conv(3, 1) }}" for i in range(n))
    above = f'import "./f.arch": {names}\n'
    return {"main.arch": model("relu", above=above), "f.arch": blocks}


@shape
def imports_of_no_file(n: int) -> str:
    return model("relu", above=lines(f'import "./f{i}.arch": b{i}' for i in range(n)))


@shape
def large_imports(n: int) -> Files:
    """Files of a megabyte each, a comment in its most part."""
    return _large(n, lambda i: f"block b{i}() {{ relu }}\n#" + "-" * 1_000_000 + "\n")


@shape
def large_imports_of_lets(n: int) -> Files:
    lets = lines(f"let c{i} = {i} + 1" for i in range(50_000))[:900_000].rpartition("\n")[0]
    return _large(n, lambda i: f"block b{i}() {{ relu }}\n{lets}\n")


def _large(n: int, text: Callable[[int], str]) -> Files:
    above = lines(f'import "./f{i}.arch": b{i}' for i in range(n))
    body = model(lines(f"b{i}" for i in range(n)), above=above)
    return {"main.arch": body, **{f"f{i}.arch": text(i) for i in range(n)}}


@shape
def many_comments(n: int) -> str:
    return model("# one\n" * n + "relu")


@shape
def many_docs(n: int) -> str:
    return "".join("## One.\n" + model("relu", head=f"model m{i}()") for i in range(n))


@shape
def long_doc(n: int) -> str:
    return "## One.\n" * n + model("relu")


@shape
def blank_lines(n: int) -> str:
    return model("\n" * n + "relu")


@shape
def long_blank_line(n: int) -> str:
    return model(" " * n + "relu")
