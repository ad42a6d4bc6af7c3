"""A panel: a block drawn once, in a frame with its name and its parameters."""

from __future__ import annotations

from archc.pictures.layout import glyphs
from archc.pictures.layout.line import Style
from archc.pictures.layout.marks import Frame, Glyph, Mark, Sketch, Text, Wire
from archc.pictures.layout.panels.table import table
from archc.pictures.layout.panels.upright import upright
from archc.pictures.layout.rows import block
from archc.pictures.model.tree import Panel, begins


def drawn(panel: Panel, style: Style, across: float) -> Sketch:
    """A panel in rows of that width, its corner at (0, 0); from above to below where that is too
    wide, and the page a column's."""
    made = _in_rows(panel, style, across)
    space = style.space
    if panel.table or not (space.is_from_above or (space.is_narrow and made.width > across)):
        return made
    other = _from_above(panel, style)
    return made if other is None or other.width > made.width else other


def _call(panel: Panel) -> str:
    names = () if panel.table else panel.parameters  # whose columns have the names
    return f"({', '.join((*names, *panel.fixed))})" if names or panel.fixed else ""


def _from_above(panel: Panel, style: Style) -> Sketch | None:
    space = style.space
    inner = upright(panel.chain, Style(style.names, panel.symbols, False, space=space))
    if inner is None:
        return None
    inside = space.inside
    title = Text(inside, inside + 7, panel.name, glyphs.HEAD, "call", True, "start")
    frame = Frame(0, 0, 0, 0, "panel", panel.name, [title])
    top = inside + 14
    for line in glyphs.lines_of((_call(panel),)) if _call(panel) else ():
        frame.texts.append(Text(inside, top + 6, line, glyphs.FACT, "fact", False, "start"))
        top += 11
    axis = max(inner.left, 0.0) + inside
    wide = axis + inner.right + inside
    wide = max(wide, *(text.width + 2 * inside for text in frame.texts))
    axis += (wide - (axis + inner.right + inside)) / 2
    begin = top + (0.0 if begins(panel.chain) else space.enters)
    foot = begin + inner.high
    frame.width, frame.height = wide, foot + space.enters + inside
    made = Sketch(wide, 0, frame.height, [frame])
    if begin > top:
        made.marks.append(Wire([(axis, top), (axis, begin)], inner.takes_head, "entry"))
    made.marks.append(Wire([(axis, foot), (axis, foot + space.enters)], True, "exit"))
    made.add(Sketch(0, 0, 0, inner.marks), axis, begin)
    _own_paths(made, panel, frame)
    return made


def _is_entry(mark: Mark) -> bool:
    return isinstance(mark, Wire) and mark.form == "entry"


def _frame_of(panel: Panel, wide: float, high: float, texts: list[Text]) -> Frame:
    return Frame(0, 0, wide, high, "panel", panel.name, [one for one in texts if one.text])


def _own_paths(made: Sketch, panel: Panel, frame: Frame) -> None:
    for mark in made.marks:
        if isinstance(mark, (Glyph, Frame)) and mark.path and mark is not frame:
            mark.path = f"{panel.name}/{mark.path}"


def _in_rows(panel: Panel, style: Style, across: float) -> Sketch:
    space = style.space
    inside, enters = space.inside, space.enters
    within = Style(style.names, panel.symbols, False, style.with_volumes, space)
    inner = block(panel.chain, within, across - 2 * (inside + enters + space.side))
    call = f" {_call(panel)}" if _call(panel) else ""
    title = Text(inside, inside + 7, panel.name, glyphs.HEAD, "call", True, "start")
    quiet = Text(inside + title.width + 1, inside + 7, call, glyphs.FACT, "fact", False, "start")
    key = table(panel.table, panel.parameters) if panel.table else Sketch(0, 0, 0)
    drawn = inner.width + 2 * enters
    is_beside = drawn + key.width + 4 * inside <= across
    wide = max(drawn, title.width + quiet.width)
    wide = max(wide, drawn + 2 * inside + key.width if is_beside else key.width) + 2 * inside
    axis = inside + 14 + 6 + inner.up
    foot = axis + inner.down + inside
    top = axis - inner.up + max(0.0, (inner.up + inner.down - key.down) / 2)
    if key.marks and not is_beside:
        foot, top = foot + key.down + inside, foot
    high = max(foot, top + key.down + inside if key.marks else 0.0)
    frame = _frame_of(panel, wide, high, [title, quiet])
    made = Sketch(wide, 0, high, [frame], lonely=inner.lonely)
    x = inside + enters if is_beside and key.marks else (wide - inner.width) / 2
    if not begins(panel.chain):
        made.marks.append(Wire([(x - enters, axis), (x, axis)], inner.takes_head, "entry"))
    else:
        inner.marks = [mark for mark in inner.marks if not _is_entry(mark)]
    made.add(inner, x, axis)
    made.add(key, wide - inside - key.width if is_beside else (wide - key.width) / 2, top)
    end = x + inner.width
    start, exit_y = (end, axis) if inner.out is None else (x + inner.out[0], axis + inner.out[1])
    made.marks.append(Wire([(start, exit_y), (end + enters, exit_y)], True, "exit"))
    _own_paths(made, panel, frame)
    return made
