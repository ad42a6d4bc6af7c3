"""Imports: what can be read, what never is, and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from nameskit import body, load_text, names, problems, said

import archc
from archdsl.project.loader import ImportLimits, load
from archdsl.project.locate import libraries
from archir.base.source import Source

STEM = b"block Stem(width) { conv(width, 3) }\n\nblock Unused() { relu }\n"


def importing(path: str, *wanted: str, rest: str = "Stem(4)") -> str:
    return f"import {path}: {', '.join(wanted or ('Stem',))}\n\n{body(rest)}"


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ('"./stem.arch"', "stem.arch"),
        ('"stem.arch"', "stem.arch"),
        ('"./parts/deep/stem.arch"', "parts/deep/stem.arch"),
        ('"parts/../stem.arch"', "stem.arch"),
        ('"././parts//stem.arch"', "parts/stem.arch"),
    ],
)
def test_files_beside_and_below(path: str, file: str) -> None:
    assert names(importing(path), {file: STEM}) == []


def test_paths_are_read_from_the_importing_file() -> None:
    files = {
        "parts/a.arch": b'import "./b.arch": B\nimport "../c.arch": C\nblock A() { B -> C }\n',
        "parts/b.arch": b"block B() { relu }\n",
        "c.arch": b"block C() { relu }\n",
    }
    text = 'import "./parts/a.arch": A\n\n' + body("A")
    assert names(text, files) == []
    program, _ = load_text(text, files)
    assert program is not None
    assert list(program.files) == ["main.arch", "parts/a.arch", "parts/b.arch", "c.arch"]


def test_everything_that_is_declared_can_be_imported() -> None:
    file = (
        b"let WIDTH = 8\nfn half(n) = n // 2\nblock B(w) { conv(w, 1) }\n"
        b"model m(w = 3) {\n  input x: [N, 3, H = 8, W = 8]\n  conv(w, 1)\n}\nmodel v = m(4)\n"
    )
    text = 'import "./all.arch": WIDTH, half, B, m, v\n\nmodel w = m(2)\nmodel u = v()\n\n'
    assert names(text + body("B(half(WIDTH))"), {"all.arch": file}) == []


def test_only_what_is_asked_for_is_known() -> None:
    assert said(importing('"./stem.arch"', rest="Stem(4) -> Unused"), {"stem.arch": STEM}) == [
        ("unknown-name", "Unused")
    ]


def test_the_same_file_twice_is_fine() -> None:
    files = {"stem.arch": STEM}
    text = 'import "./stem.arch": Stem\nimport "stem.arch": Unused\nimport "./stem.arch": Stem\n'
    assert names(text + body("Stem(3) -> Unused"), files) == []
    program, _ = load_text(text, files)
    assert program is not None
    assert list(program.files) == ["main.arch", "stem.arch"]


@pytest.mark.parametrize(
    "path",
    [
        "../stem.arch",
        "parts/../../stem.arch",
        "/etc/passwd",
        "/nowhere/project/../stem.arch",
        "C:/stem.arch",
        "C:stem.arch",
        "//server/share/stem.arch",
        ".\\\\stem.arch",
        "..\\\\stem.arch",
        "a\\nb.arch",
    ],
)
def test_nothing_outside_is_read(path: str) -> None:
    read: list[Path] = []

    def spy(path: Path, most: int) -> bytes:
        read.append(path)
        return STEM[:most]

    source = Source("main.arch", importing(f'"{path}"'))
    _, found = load(source, Path("/nowhere/project/main.arch"), spy)
    assert [d.problem.name for d in found] == ["import-outside-project"]
    assert read == []


@pytest.mark.parametrize("path", ["./stem.py", "stem", "stem.arch.txt", ".", "stem.ARCH", ""])
def test_other_endings_are_refused(path: str) -> None:
    assert names(importing(f'"{path}"'), {path: STEM}) == ["import-not-an-arch-file"]


def test_symbolic_links_do_not_lead_out(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (project / "inside", outside):
        folder.mkdir(parents=True)
        (folder / "stem.arch").write_bytes(STEM)
    (project / "file.arch").symlink_to(outside / "stem.arch")
    (project / "folder").symlink_to(outside)
    (project / "fine").symlink_to(project / "inside")
    (project / "circle.arch").symlink_to(project / "circle.arch")
    cases = {
        "file.arch": ["import-outside-project"],
        "folder/stem.arch": ["import-outside-project"],
        "folder/../inside/stem.arch": [],
        "fine/stem.arch": [],
        "circle.arch": ["unreadable-file"],
    }
    for path, expected in cases.items():
        source = Source("main.arch", importing(f'"{path}"'))
        _, found = load(source, project / "main.arch")
        assert [d.problem.name for d in found] == expected, path


def test_the_project_may_lie_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "stem.arch").write_bytes(STEM)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    source = Source("main.arch", importing('"./stem.arch"'))
    assert not list(load(source, tmp_path / "link" / "main.arch")[1])


def test_text_without_a_path_imports_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stem.arch").write_bytes(STEM)
    monkeypatch.chdir(tmp_path)
    program, found = load(Source("<stdin>", importing('"./stem.arch"')), None)
    assert not list(found)
    assert program is not None
    assert list(program.files) == ["<stdin>", "stem.arch"]


def test_a_text_may_be_called_like_a_file_that_it_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "main.arch").write_bytes(STEM)
    monkeypatch.chdir(tmp_path)
    source = Source("main.arch", importing('"./main.arch"'))
    program, found = load(source, None)
    assert program is not None and not list(found)
    assert len(program.files) == 2
    assert archc.check(source).ok


def test_files_are_called_as_the_main_file_was(tmp_path: Path) -> None:
    (tmp_path / "stem.arch").write_bytes(b"block Stem() { rellu }\n")
    main = tmp_path / "main.arch"
    program, _ = load(Source("models/main.arch", importing('"./stem.arch"')), main)
    assert program is not None
    assert list(program.files) == ["models/main.arch", "models/stem.arch"]


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.arch")
    (tmp_path / "folder.arch").mkdir()
    for name in ("pipe", "folder"):
        source = Source("main.arch", importing(f'"{name}.arch"'))
        (found,) = load(source, tmp_path / "main.arch")[1]
        assert found.problem.name == "unreadable-file"


def test_a_missing_file_has_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "stem.arch").write_bytes(STEM)
    source = Source("main.arch", importing('"./parts/stmm.arch"'))
    (found,) = load(source, tmp_path / "main.arch")[1]
    assert found.problem.name == "file-not-found"
    assert found.span.text == '"./parts/stmm.arch"'
    assert found.problem.hint() == 'did you mean "./parts/stem.arch"?'


def test_a_name_that_is_not_there_has_a_suggestion() -> None:
    (found,) = problems(importing('"./stem.arch"', "Stam", rest="Stam"), {"stem.arch": STEM})
    assert (found.problem.name, found.span.text) == ("unknown-import", "Stam")
    assert found.problem.hint() == "did you mean Stem?"


def test_what_a_file_imports_cannot_be_taken_from_it() -> None:
    files = {"a.arch": b'import "./stem.arch": Stem\nblock A() { Stem(3) }\n', "stem.arch": STEM}
    (found,) = problems(importing('"./a.arch"'), files)
    assert found.problem.name == "unknown-import"
    assert "./stem.arch" in (found.problem.hint() or "")


def test_a_mistake_in_an_imported_file_is_shown_there() -> None:
    files = {"stem.arch": b"block Stem(width) { conv(width, 3, striide = 2) }\n"}
    (found,) = problems(importing('"./stem.arch"'), files)
    assert (found.problem.name, repr(found.span)) == ("unknown-argument", "stem.arch:1:36")


def test_a_file_that_does_not_parse_is_told_of_once() -> None:
    found = problems(importing('"./stem.arch"'), {"stem.arch": b"block Stem( {\n"})
    assert {diagnostic.span.source.name for diagnostic in found} == {"stem.arch"}


def test_cycles_show_every_place() -> None:
    files = {
        "a.arch": b'import "./b.arch": B\nblock A() { B }\n',
        "b.arch": b'import "./main.arch": net\nblock B() { relu }\n',
    }
    found = [d for d in problems('import "./a.arch": A\n\n' + body("A"), files) if d.is_error]
    assert [d.problem.name for d in found] == ["import-cycle"]
    assert "main.arch -> a.arch -> b.arch -> main.arch" in found[0].problem.message()
    places = [found[0].span, *(label.span for label in found[0].related)]
    assert [repr(place) for place in places] == ["main.arch:1:8", "a.arch:1:8", "b.arch:1:8"]


def test_a_file_that_imports_itself() -> None:
    text = 'import "./main.arch": Stem\n\nblock Other() { relu }\n\n' + body("Other")
    assert "import-cycle" in names(text)


def test_two_ways_to_one_file_are_no_cycle() -> None:
    files = {
        "a.arch": b'import "./c.arch": C\nblock A() { C }\n',
        "b.arch": b'import "./c.arch": C\nblock B() { C }\n',
        "c.arch": b"block C() { relu }\n",
    }
    text = 'import "./a.arch": A\nimport "./b.arch": B\n\n' + body("A -> B")
    assert names(text, files) == []


def test_a_long_chain_of_files() -> None:
    files = {
        f"m{i}.arch": f'import "./m{i + 1}.arch": B\nblock B{i}() {{ B }}\n'.encode()
        for i in range(900)
    }
    files["m900.arch"] = b"block B() { relu }\n"
    wrong = names('import "./m0.arch": B0\n\n' + body("B0"), files)
    assert wrong == ["unknown-import"] * 899  # each asks its neighbour for B, which only imports it


def test_limits() -> None:
    files = {f"m{i}.arch": b"block B() { relu }\n" for i in range(5)}
    text = "".join(f'import "./m{i}.arch": B\n' for i in range(5))
    _, found = load_text(text, files, ImportLimits(files=3))
    assert "too-many-files" in [d.problem.name for d in found]
    _, found = load_text(importing('"./stem.arch"'), {"stem.arch": STEM}, ImportLimits(bytes=10))
    assert [d.problem.name for d in found] == ["import-too-large"]


def test_names_that_clash() -> None:
    files = {"stem.arch": STEM, "other.arch": STEM}
    both = 'import "./stem.arch": Stem\nimport "./other.arch": Stem\n\n' + body("Stem(3)")
    (found,) = problems(both, files)
    assert (found.problem.name, repr(found.span)) == ("name-declared-twice", "main.arch:2:24")
    assert [repr(label.span) for label in found.related] == ["main.arch:1:23"]
    own = 'import "./stem.arch": Stem\n\nblock Stem(w) { conv(w, 1) }\n\n' + body("Stem(3)")
    (found,) = problems(own, files)
    assert (found.problem.name, repr(found.span)) == ("name-declared-twice", "main.arch:3:7")


def test_unused_imports_are_warnings_also_in_imported_files() -> None:
    files = {"a.arch": b'import "./stem.arch": Stem\nblock A() { relu }\n', "stem.arch": STEM}
    assert said('import "./a.arch": A\n\n' + body("A"), files) == [("unused-import", "Stem")]


def test_a_failed_import_is_told_of_once() -> None:
    assert names(importing('"./gone.arch"', rest="Stem(Stem(3), x = Stem)")) == ["file-not-found"]


# --- the standard library -------------------------------------------------------------------------


def test_the_library_travels_with_the_package() -> None:
    assert "std.blocks" in libraries()
    assert names(importing("std.blocks", "ConvNormAct", rest="ConvNormAct(8)")) == []


@pytest.mark.parametrize("library", libraries())
def test_libraries_are_clean(library: str) -> None:
    program, found = load_text(f"import {library}: Nothing\n")
    assert [d.problem.name for d in found] == ["unknown-import"]
    assert program is not None
    wanted = ", ".join(d.name for d in program.files[library].declarations())
    assert {d.problem.name for d in problems(f"import {library}: {wanted}\n")} == {"unused-import"}


def test_a_name_of_another_library_is_found_there() -> None:
    (found,) = problems(importing("std.blocks", "SqueezeExcite", rest="SqueezeExcite(8)"))
    assert found.problem.name == "unknown-import"
    assert found.problem.hint() == "std.mobile does: import std.mobile: SqueezeExcite"
    found = problems(importing('"./stem.arch"', "SqueezeExcite"), {"stem.arch": STEM})[0]
    assert (found.problem.name, found.problem.hint()) == (
        "unknown-import",
        "there are: Stem, Unused",
    )


@pytest.mark.parametrize("library", ["std", "std.x", "std.nothing.at_all"])
def test_the_libraries_are_listed_where_none_is_near(library: str) -> None:
    (found,) = problems(importing(library))
    assert found.problem.hint() == f"there are: {', '.join(libraries())}"


def test_a_file_of_the_users_is_no_library() -> None:
    files = {"std/blocks.arch": b"block Mine() { relu }\n", "blocks.arch": STEM}
    assert names(importing("std.blocks", "Mine", rest="Mine"), files) == ["unknown-import"]


@pytest.mark.parametrize("library", ["std.block", "std", "blocks", "std.blocks.more", "os.path"])
def test_there_is_no_such_library(library: str) -> None:
    assert names(importing(library)) == ["unknown-library"]


def test_an_example_is_one_file_however_it_is_named() -> None:
    """Its own import of another leads to the same, and its family's names are its members'."""
    text = "import examples.resnet: resnet18, ResNet\nimport examples.resnet18: resnet18\n"
    text += "import examples.resnet50: resnet50\n\n" + body("resnet18 -> ResNet -> resnet50")
    program, found = load_text(text)
    assert program is not None and not [each for each in found if each.is_error]
    files = ["main.arch", "examples.resnet", "examples.resnet18", "examples.resnet50"]
    assert sorted(file for file in program.files if not file.startswith("std.")) == sorted(files)
    home = program.main.names["resnet18"].home
    assert home.names["ResNet"] is program.main.names["ResNet"]


def test_examples_read_nothing_of_the_project() -> None:
    files = {"resnet.arch": b"model ResNet() {\n  input x: [N, 3, H = 8, W = 8]\n  relu\n}\n"}
    program, _ = load_text("import examples.resnet18: resnet18\n" + body("resnet18"), files)
    assert program is not None and "resnet.arch" not in program.files


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("import examples.resnett: resnet18", "did you mean examples.resnet?"),
        ("import exampel.resnet: resnet18", "did you mean examples.resnet?"),
        ("import examples: resnet18", "archc examples lists them"),
        ("import examples.resnet: vgg16", "import examples.vgg16: vgg16"),
        ("import examples.vgg16: vgg18", None),
        ("import examples.vgg: vgg_c", "did you mean examples.vgg_c?"),
    ],
)
def test_what_is_said_of_examples_that_are_not_there(text: str, wanted: str | None) -> None:
    (found,) = [each for each in problems(text + "\n" + body("relu")) if each.is_error]
    hint = found.problem.hint()
    assert hint is None if wanted is None else wanted in (hint or ""), hint
