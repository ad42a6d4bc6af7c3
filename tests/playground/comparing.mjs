// Asks the Python of a page: node comparing.mjs PARTS QUESTIONS ANSWERS, a question and an answer a line.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, questions, answers] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const lockFileContents = JSON.parse(readFileSync(`${folder}/lock`, "utf8"));
const python = await loadPyodide({ indexURL: folder, lockFileContents });
const site = python.runPython("import site; site.getsitepackages()[0]");
python.unpackArchive(new Uint8Array(readFileSync(`${folder}/site.zip`)), "zip", { extractDir: site });
const told = python.runPython("from archc.playground.asking import Desk; Desk().told");
const lines = readFileSync(questions, "utf8").trimEnd().split("\n");
const all = [];
const times = [];
for (const line of lines) {
  const before = performance.now();
  all.push(told(line));
  times.push(performance.now() - before);
}
writeFileSync(answers, `${all.join("\n")}\n`);
times.sort((one, other) => one - other);
console.log(`a question takes ${times[Math.floor(times.length / 2)].toFixed(1)} ms (median)`);
