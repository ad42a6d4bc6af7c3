// The TextMate grammar, run by VS Code's own engine, colours all shipped texts as the lexer for Pygments does.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { INITIAL, Registry, parseRawGrammar } = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
const file = here("../syntaxes/arch.tmLanguage.json");
const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => parseRawGrammar(readFileSync(file, "utf8"), file),
});
const grammar = await registry.loadGrammar("source.arch");

/** The innermost scope of each letter (by its place in UTF-16). */
function scopes(text) {
  const found = [];
  let state = INITIAL;
  let start = 0;
  for (const line of text.split("\n")) {
    const read = grammar.tokenizeLine(line, state);
    state = read.ruleStack;
    for (const token of read.tokens) {
      for (let at = token.startIndex; at < Math.min(token.endIndex, line.length); at++) {
        found[start + at] = token.scopes.at(-1);
      }
    }
    start += line.length + 1;
  }
  return found;
}

const python = process.env.PYTHON ?? "python3";
const texts = JSON.parse(execFileSync(python, [here("colours.py")], { maxBuffer: 1 << 28, encoding: "utf8" }));
let words = 0;
for (const { name, text, words: wanted } of texts) {
  const found = scopes(text);
  const letters = [...text]; // Python counts code points
  const starts = [0];
  for (const letter of letters) starts.push(starts.at(-1) + letter.length);
  for (const [at, word, scope] of wanted) {
    // Letters that no rule knows are errors to one, and nothing to the other.
    if (scope === "invalid.illegal.arch" && !/[\d"}\\]/.test(word)) continue;
    const seen = found[starts[at]];
    assert.equal(seen, scope, `${name}: ${JSON.stringify(word)} at ${at}`);
    words++;
  }
}
console.log(`${texts.length} texts, ${words} words: the same`);
