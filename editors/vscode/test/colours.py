"""The words of all shipped texts with the scopes that they are to have, for grammar.mjs."""

import json
from pathlib import Path

from archc.editor.highlighting import ArchLexer
from archc.editor.textmate import SCOPES
from archdsl.project.locate import example_names, examples_folder, libraries, library_path

ODD = 'assert c, "open {a + "deep {b\nmodel m() {\n  input: relu(input = 1) ; 3x "a {{ \\q"\n}\n'


def main() -> None:
    """Print them."""
    paths = [Path(examples_folder(), f"{name}.arch") for name in example_names()]
    paths += [Path(path) for name in libraries() if (path := library_path(name)) is not None]
    lexer = ArchLexer(stripnl=False, ensurenl=False)
    texts = {path.name: path.read_text("utf-8") for path in paths} | {"odd": ODD}
    found = [
        {
            "name": name,
            "text": text,
            "words": [
                [at, word, f"{SCOPES[kind]}.arch"]
                for at, token, word in lexer.get_tokens_unprocessed(text)
                if (kind := str(token).removeprefix("Token.")) in SCOPES and word.strip()
            ],
        }
        for name, text in texts.items()
    ]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
