"""The page as it is written: what may run in it, and what is in it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256

from archc.playground.webpage import HTTP, WEB, page
from archir.base.source import Source

HOSTILE = "</script><script>alert(1)</script><!-- \" ' & model"


def test_only_the_scripts_that_are_in_it_run() -> None:
    made = page(HTTP, {})
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', made)
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy[0].split(";"))
    assert len(policy) == 1 and rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    allowed = rules["script-src"].split()
    codes = re.findall(r"<script>(.*?)</script>", made, re.DOTALL)
    hashes = [f"'sha256-{b64encode(sha256(each.encode()).digest()).decode()}'" for each in codes]
    # The third is that of a picture to look around in, which stands in a frame.
    assert len(codes) == 2 and allowed[:2] == hashes and len(allowed) == 3
    assert "unsafe" not in rules["script-src"]
    outside = re.sub(r"<script.*?</script>", "", made, flags=re.DOTALL)
    assert not re.search(r"<[^>]+\son\w+\s*=", outside), "handlers stand in the script"
    assert not re.search(r"(src|href)\s*=\s*(?!\"data:)", outside), "it fetches nothing"


def test_a_text_is_never_markup() -> None:
    made = page(HTTP, {}, Source(HOSTILE, HOSTILE))
    assert made.count("<script") == page(HTTP, {}).count("<script") == 3
    assert "alert(1)</" not in made
    known = re.findall(r'<script id="facts" type="application/json">(.*?)</script>', made)
    facts = json.loads(known[0])
    assert facts["file"] == facts["text"] == HOSTILE


def test_every_id_that_the_script_asks_for_is_there() -> None:
    markup = (WEB / "page.html").read_text("utf-8")
    there = set(re.findall(r'id="([\w-]+)"', markup)) | {"facts"}
    asked = set()
    for file in WEB.glob("*.js"):
        if file.name != "codemirror.js":
            asked |= set(re.findall(r'\bby\("([\w-]+)"\)', file.read_text("utf-8")))
    made = {"usual"}  # by the script
    assert asked - made <= there


def test_the_editor_is_what_its_lock_file_says_and_carries_its_licences() -> None:
    folder = WEB / "codemirror"
    packages = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    wanted = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]
    code = (WEB / "codemirror.js").read_text("utf-8")
    notices = (folder / "LICENSES.txt").read_text("utf-8").rstrip("\n")
    assert code.startswith(f"/*!\n{notices}\n*/\n") and "</script" not in code
    named = dict(re.findall(r"(@?[\w/-]+) (\d+\.\d+\.\d+)(?=,|\n)", notices))
    assert wanted.items() <= named.items()
    assert {name: packages[f"node_modules/{name}"]["version"] for name in named} == named
    assert {packages[f"node_modules/{name}"]["license"] for name in named} == {"MIT"}
    assert notices.count("Permission is hereby granted") == notices.count("Copyright")
