// Makes archives of modules with the bytecode of Pyodide's Python:
// node compile.mjs PYODIDE BYTECODE.py SITE.zip SITE_OUT.zip STDLIB.zip STDLIB_OUT.zip
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, code, site, siteOut, stdlib, stdlibOut] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const { info } = JSON.parse(readFileSync(`${folder}/pyodide-lock.json`, "utf8"));
const python = await loadPyodide({ indexURL: folder, lockFileContents: { info, packages: {} } });
python.runPython(readFileSync(code, "utf8"));
for (const [from, to, where] of [[site, siteOut, "site"], [stdlib, stdlibOut, "stdlib"]]) {
  python.FS.writeFile("/old.zip", readFileSync(from));
  python.runPython(`archive("/old.zip", "/new.zip", "${where}")`);
  writeFileSync(to, python.FS.readFile("/new.zip"));
}
