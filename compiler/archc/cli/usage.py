"""The first page of help."""

from __future__ import annotations

COMMANDS = {
    "build": "check a model, and write Python source and a picture of it",
    "check": "check files, and say a line about each model",
    "emit": "print one form of a model: source, picture, or what is between",
    "draw": "print a picture of a model that fits a page",
    "summary": "say what a model costs: parameters, MACs, memory, fields",
    "plan": "say how a model is trained on machines of a given memory",
    "diff": "say what differs between two models, by their structure",
    "variants": "check and score all that a model can be",
    "search": "train what a model can be, and find the best",
    "fmt": "lay files out in one way, and keep their comments",
    "models": "list a file's models with their parameters",
    "verify": "compare a model with one in Python: keys, weights, outputs",
    "weights": "say how weights would fit a model, before it is built",
    "import": "write what a callable of Python makes in the language, proven equal",
    "examples": "list the examples, or print one: models from the literature",
    "ops": "list the ops, or show one: what a network is made of",
    "explain": "say what an error or a warning means, with an example",
    "lsp": "answer an editor, in the Language Server Protocol",
    "mcp": "answer a program that writes networks, in its protocol (MCP)",
    "playground": "serve a page to write networks in, or write it as a file",
    "new": "start a file, from an example or from nothing",
}
"""Every command and what it does; each has a module of its name beside this one."""

_LISTED = "\n".join(f"  {name:<10} {what}" for name, what in COMMANDS.items())

USAGE = f"""\
Usage: archc COMMAND [OPTIONS] FILE

From the text of a neural network to a checked model, its Python source and
its picture.

Commands:
{_LISTED}

Options:
  --version   print the version
  -h, --help  print this page; archc COMMAND --help tells more of a command

A FILE is a path, - for standard input, or the name of an example.
Colours follow NO_COLOR and FORCE_COLOR.

Exit codes: 0 fine, 1 the input is wrong, 2 wrong use of the command line,
3 a file or the environment, 70 a bug in archc.
"""


def version() -> str:
    """The line that ``archc --version`` prints."""
    from archc import __version__

    return f"archc {__version__}\n"
