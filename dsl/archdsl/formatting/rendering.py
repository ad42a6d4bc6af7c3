"""Where lines end: a flow written out so that lines are not too long, as far as they can end."""

from __future__ import annotations

from typing import TypeAlias

from archdsl.formatting.flow import Aside, Broken, Flow, Group, Indent, Leg, Line, Run

INDENT = 2
"""By how many columns what is inside of brackets stands further in."""

LEAST = 16
"""How far a run goes at least before it goes on on another line, where a body can be opened."""


class _Rest:
    """What is left of a run, from one of its steps on."""

    __slots__ = ("at", "is_continued", "run")

    def __init__(self, run: Run, at: int, is_continued: bool) -> None:
        self.run = run
        self.at = at
        self.is_continued = is_continued
        """Whether it has gone on on another line."""


_Item: TypeAlias = "tuple[int, bool, Flow | _Rest]"
"""How far in lines begin, whether no line may end, and what is written."""


def rendered(flow: Flow, width: int) -> str:
    """The text, whose lines are at most so long where lines can end."""
    return _Page(width).of(flow)


class _Page:
    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[str] = []
        self.now: list[str] = []
        self.column = 0
        self.asides: list[Aside] = []
        self.stack: list[_Item] = []

    def of(self, flow: Flow) -> str:
        stack = self.stack
        stack.append((0, False, flow))
        while stack:
            indent, is_flat, one = stack.pop()
            # Most are words and what is made of them: asked for first, and here.
            if isinstance(one, str):
                self._word(one)
            elif isinstance(one, tuple):
                for each in reversed(one):
                    stack.append((indent, is_flat, each))
            else:
                self._write(indent, is_flat, one)
        self._end_line(0)
        text = "\n".join(self.lines).strip("\n")
        return f"{text}\n" if text else ""

    def _write(self, indent: int, is_flat: bool, flow: Flow | _Rest) -> None:
        match flow:
            case Line():
                self._line(flow, indent, is_flat)
            case Group():
                flat = is_flat or (not flow.is_hard and self._fits(flow))
                self.stack.append((indent, flat, flow.inner))
            case Indent():
                self.stack.append((indent + INDENT, is_flat, flow.inner))
            case Run():
                flat = is_flat or (not flow.is_hard and self._fits(flow))
                self.stack.append((indent, flat, _Rest(flow, 0, is_continued=False)))
            case _Rest():
                self._step(indent, is_flat, flow)
            case Broken():
                self._word("" if is_flat else flow.text)
            case Aside():
                self.asides.append(flow)

    def _word(self, text: str) -> None:
        self.now.append(text)
        self.column += len(text)

    def _line(self, line: Line, indent: int, is_flat: bool) -> None:
        if is_flat and not line.is_hard:
            self._word(line.flat)
            return
        self._end_line(indent)
        if line.is_blank:
            self.lines.append("")

    def _end_line(self, indent: int) -> None:
        """End the line with the comment that waits for its end; further ones get their own."""
        text = "".join(self.now).rstrip()
        own: list[str] = []
        for number, aside in enumerate(self.asides):
            if number or aside.is_alone:
                own.append(" " * indent + aside.text)
            else:
                text = f"{text}  {aside.text}"
        self.lines += [text, *own]
        self.asides.clear()
        self.now = [" " * indent]
        self.column = indent

    # --- what is left of a run

    def _step(self, indent: int, is_flat: bool, rest: _Rest) -> None:
        run, at = rest.run, rest.at
        if at == len(run.steps):
            return
        one = run.steps[at]
        after = _Rest(run, at + 1, rest.is_continued)
        flow: Flow = (" " if at else "", one.lead, one.inner)
        if is_flat:
            self.stack += [(indent, True, after), (indent, True, flow)]
            return
        if at and not self._stays(one, indent, after):
            if run.is_indented and not rest.is_continued:
                after.is_continued = True
                indent += INDENT
            self._end_line(indent)
            flow = (one.above, one.lead, one.inner)
        whole = Group(flow, one.is_hard or bool(one.above))
        self.stack += [(indent, False, after), (indent, False, whole)]

    def _stays(self, one: Leg, indent: int, after: _Rest) -> bool:
        """Whether a step goes on on the line of the one before."""
        if one.starts_line:
            return False
        flow = (" ", one.lead, one.inner)
        if not one.is_hard and self._fits(flow, after):
            return True
        if not one.opens:
            return False
        is_short = self.column - indent < LEAST
        if not (one.is_hard or is_short or self._is_too_long(one, indent, after)):
            return False
        return self._fits(flow, after, is_flat=False)

    def _is_too_long(self, one: Leg, indent: int, after: _Rest) -> bool:
        """Whether a step has no place on a line of its own."""
        column, self.column = self.column, indent + INDENT
        fits = self._fits((one.lead, one.inner), after)
        self.column = column
        return not fits

    # --- what fits

    def _fits(self, flow: Flow, after: _Rest | None = None, *, is_flat: bool = True) -> bool:
        """Whether something, and what follows it up to where a line can end, fits on this line."""
        left = self.width - self.column
        inner: list[tuple[bool, Flow | _Rest]] = [] if after is None else [(False, after)]
        inner.append((is_flat, flow))
        outer = len(self.stack)
        while left >= 0:
            if inner:
                flat, what = inner.pop()
            elif outer:
                outer -= 1
                _, flat, what = self.stack[outer]
            else:
                return True
            if isinstance(what, str):
                left -= len(what)
                continue
            if isinstance(what, tuple):
                inner += [(flat, each) for each in reversed(what)]
                continue
            match what:
                case Line() if what.is_hard or not flat:
                    return True
                case Line():
                    left -= len(what.flat)
                case Broken():
                    left -= 0 if flat else len(what.text)
                case Group() if flat and what.most is not None:
                    left = min(left, what.most - (self.width - left))
                    inner.append((flat, what.inner))
                case _Rest() if not flat and 0 < what.at < len(what.run.steps):
                    return True
                case _:
                    inner += [(flat, each) for each in _inside(what)]
        return False


def _inside(flow: Flow | _Rest) -> list[Flow | _Rest]:
    """What something is made of, the first of it last."""
    match flow:
        case Group() | Indent():
            return [flow.inner]
        case Run():
            return [_Rest(flow, 0, is_continued=False)]
        case _Rest() if flow.at < len(flow.run.steps):
            one = flow.run.steps[flow.at]
            after = _Rest(flow.run, flow.at + 1, is_continued=False)
            return [after, (" " if flow.at else "", one.lead, one.inner)]
        case _:
            return []
