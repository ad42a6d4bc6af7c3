// Makes ../codemirror.js and LICENSES.txt: npm ci --ignore-scripts && npm run build
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const made = await build({
  entryPoints: ["entry.mjs"], bundle: true, minify: true, format: "iife", globalName: "CM",
  target: "es2022", legalComments: "none", write: false, metafile: true, charset: "utf8",
});
const used = new Set(Object.keys(made.metafile.inputs).flatMap((path) =>
  path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.slice(1) ?? []));
const notices = new Map();
for (const name of [...used].sort()) {
  const folder = `node_modules/${name}`;
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = readFileSync(`${folder}/${file}`, "utf8").trim();
  const version = lock.packages[folder].version;
  notices.set(text, [...(notices.get(text) ?? []), `${name} ${version}`]);
}
const licences = [...notices].map(([text, names]) => `${names.join(", ")}\n\n${text}`).join("\n\n");
writeFileSync("LICENSES.txt", `${licences}\n`);
writeFileSync("../codemirror.js", `/*!\n${licences}\n*/\n${made.outputFiles[0].text}`);
