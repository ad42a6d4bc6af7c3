"""What can be looked up: words of archc and of the language, and the examples."""

from __future__ import annotations

from typing import Annotated

from archc.agents import facts
from archc.agents.answers import ExamplesAnswer, ExplainAnswer
from archc.errors import SettingError
from archc.request.requests import nearest_of

EXAMPLES = 60
"""How many examples a list has."""


def explain(
    word: Annotated[
        str | None, "A problem (unknown-name), an op (conv) or a block of the library (MBConv)."
    ] = None,
) -> ExplainAnswer:
    """What a word means, with its arguments and an example; without one, the ops and blocks."""
    from archc.pages.oplist import one_op
    from archc.pages.problems import explained, problems
    from archdsl.project.locate import library_names
    from archir.base.synonyms import synonym
    from archir.catalogue.registry import ops

    if word is None:
        return {"ok": True, "ops": list(ops()), "blocks": _blocks()}
    if word in ops():
        line = one_op(word)
        return {
            "ok": True,
            "kind": "op",
            "name": word,
            "doc": line.doc,
            "signature": line.signature,
            "example": line.example,
        }
    if word in problems():
        one = explained(word)
        made: ExplainAnswer = {
            "ok": True,
            "kind": "problem",
            "name": word,
            "doc": one.doc,
        }
        if one.bad:
            made["wrong"] = one.bad
        if one.said:
            made["said"] = one.said
        if one.good:
            made["right"] = one.good
        return made
    if word in library_names():
        return _block(word)
    known = [*ops(), *problems(), *library_names()]
    other = synonym(word)
    hint = f"did you mean {other}?" if other in ops() else nearest_of(word, known)
    few = hint if hint.startswith("did you mean") else "explain without a word lists ops and blocks"
    raise SettingError(f"{word} is no op, no block of the library and no problem", few)


def _blocks() -> dict[str, list[str]]:
    from archc.pages.library import read_libraries

    return {each.name: [one.name.text for one in each.members] for each in read_libraries()}


def _block(word: str) -> ExplainAnswer:
    from archc.pages.library import declared, example, signature
    from archdsl.syntax.docs import prose

    found = declared(word)
    if found is None:
        raise SettingError(f"{word} is used by the library alone")
    library, member = found
    made: ExplainAnswer = {
        "ok": True,
        "kind": "block",
        "name": f"{library.name}.{word}",
        "doc": prose(member.doc),
        "signature": signature(member),
    }
    shown = example(member)
    if shown:
        made["example"] = shown
    return made


def examples(
    name: Annotated[str | None, "The example whose text is wanted."] = None,
    query: Annotated[str, "List those with this in their names or titles."] = "",
) -> ExamplesAnswer:
    """The examples, models from the literature: the text of one, or a list of them."""
    from archc.request import examples as shipped

    if name is not None:
        known = name.removesuffix(shipped.ENDING)
        if known not in shipped.names():
            near = nearest_of(known, shipped.names())
            few = near if near.startswith("did you mean") else "examples without a name lists them"
            raise SettingError(f"there is no example {known}", few)
        return {"ok": True, "name": known, "text": shipped.read(known)}
    word = query.casefold()
    found = [one for one in shipped.listing() if word in one.name or word in one.title.casefold()]
    shown, left = facts.limited(found, EXAMPLES)
    made: ExamplesAnswer = {
        "ok": True,
        "examples": [{"name": one.name, "title": one.title} for one in shown],
    }
    if left:
        made["examples_left_out"] = left
    return made
