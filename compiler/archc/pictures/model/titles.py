"""What a picture is called: the model as its paper writes it, where the text says so."""

from __future__ import annotations

from archir.graph.graph import Definition

BETWEEN = "on"
"""A word that names have not, as in "FCN on ResNet-50" of ``fcn_resnet50``."""


def title_of(model: Definition) -> str:
    """A model's name, or the words with which its doc comment begins, where they are that name.

    They are where they have the same letters and digits: "ResNet-50" of ``resnet50``.
    """
    wanted = _bare(model.name)
    words: list[str] = []
    said = ""
    for word in model.doc.split():
        begun = word.partition(":")[0].rstrip(",;.")
        said += "" if words and begun == BETWEEN else _bare(begun)
        words.append(begun)
        if said == wanted:
            return " ".join(words)
        if begun != word or not wanted.startswith(said):
            break
    return model.name


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
