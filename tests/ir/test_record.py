"""Records behave as frozen dataclasses with slots do."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from archir.base.record import HOT, Record, Struct, field_names, fresh, replaced


class Point(Record):
    kind: ClassVar[str] = "point"
    x: int
    y: int = 2


class Named(Point):
    kind = "named"
    name: str = "p"


@dataclass(frozen=True, slots=True)
class PointTwin:
    x: int
    y: int = 2


@dataclass(frozen=True, slots=True)
class NamedTwin(PointTwin):
    name: str = "p"


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, 3), {}),
    ((), {"x": 4}),
    ((1,), {"y": 5}),
    ((1, 2, "q"), {}),
    ((1,), {"name": "q"}),
    ((), {}),
    ((1, 2, "q", 4), {}),
    ((1,), {"x": 1}),
    ((1,), {"z": 1}),
]


class HotPoint(Point):
    pass


class HotNamed(Named):
    pass


class HotList(Struct):
    items: list[int] = fresh(factory=list)
    name: str = "n"


for _ in range(HOT + 1):  # as many as it takes for methods of their own
    HotPoint(1)
    HotNamed(1)
    HotList()


def test_what_is_compiled_for_one_class_is_its_own() -> None:
    assert "init" in HotPoint.__init__.__code__.co_name
    assert HotPoint.__init__ is not Point.__init__

    class Below(HotPoint):
        z: int = 5

    assert (Below(1).y, Below(1, 3, 4).z) == (2, 4)
    assert Below(1) != HotPoint(1)
    first, second = HotList(), HotList()
    first.items.append(1)
    assert second.items == []


@pytest.mark.parametrize(("args", "kwargs"), CALLS)
@pytest.mark.parametrize(
    ("record", "twin"),
    [(Point, PointTwin), (Named, NamedTwin), (HotPoint, PointTwin), (HotNamed, NamedTwin)],
)
def test_it_is_made_as_its_twin_is(
    record: type[Any], twin: type[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    try:
        expected = twin(*args, **kwargs)
    except TypeError:
        with pytest.raises(TypeError):
            record(*args, **kwargs)
        return
    made = record(*args, **kwargs)
    shown = repr(expected).replace(twin.__name__, record.__name__)
    assert repr(made) == shown
    assert made == record(*args, **kwargs)
    assert hash(made) == hash(record(*args, **kwargs))
    assert copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_records_of_different_classes_differ() -> None:
    assert Named(1, 2) != Point(1, 2)
    assert Point(1, 2) != (1, 2)
    assert Point(1) != Point(2)


def test_fields_do_not_change() -> None:
    point = Point(1)
    with pytest.raises(AttributeError):
        point.x = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del point.x
    with pytest.raises(AttributeError):
        point.other = 3  # type: ignore[attr-defined]
    assert not hasattr(point, "__dict__")
    assert replaced(point, y=7) == Point(1, 7)


def test_class_variables_are_no_fields() -> None:
    assert (Point(1).kind, Named(1).kind) == ("point", "named")
    assert Point.__match_args__ == ("x", "y")


def test_it_matches_by_position() -> None:
    match Named(1, 2, "a"):
        case Named(x, _, name):
            assert (x, name) == (1, "a")


class Bag(Struct):
    name: str
    items: list[int] = fresh(factory=list)


def test_structs_change_and_are_equal_to_themselves_alone() -> None:
    first, second = Bag("a"), Bag("a")
    first.items.append(1)
    assert (first.items, second.items) == ([1], []), "each has its own list"
    first.name = "b"
    assert first.name == "b"
    assert first != Bag("b", [1])
    assert len({first, second, first}) == 2
    assert repr(first) == "Bag(name='b', items=[1])"
    assert replaced(first, name="c").items is first.items
    assert field_names(Bag) == ("name", "items")
    with pytest.raises(AttributeError):
        first.other = 1  # type: ignore[attr-defined]
