// The worker: CPython of Pyodide, with archc. All that it loads it is given; nothing is fetched.

const unpacked = async (letters) => {
  const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
};

const imported = async (letters) => {
  const url = URL.createObjectURL(new Blob([await unpacked(letters)], { type: "text/javascript" }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
};

let answer = null;

const start = async (parts, text) => {
  const held = {
    "pyodide.asm.wasm": [await unpacked(parts.wasm), "application/wasm"],
    "python_stdlib.zip": [await unpacked(parts.stdlib), "application/zip"],
  };
  self.fetch = async (address) => {
    const [bytes, type] = held[String(address).split("/").pop()];
    return new Response(bytes, { headers: { "Content-Type": type } });
  };
  const [{ loadPyodide }, { default: createPyodideModule }] = [await imported(parts.pyodide), await imported(parts.module)];
  const python = await loadPyodide({
    indexURL: "https://pyodide.invalid/", // of which only the last part of an address is looked at
    createPyodideModule,
    lockFileContents: JSON.parse(parts.lock),
    packageBaseUrl: "https://pyodide.invalid/",
  });
  const site = python.runPython("import site; site.getsitepackages()[0]");
  python.unpackArchive(await unpacked(parts.site), "zip", { extractDir: site });
  answer = python.runPython("from archc.playground.asking import Desk; Desk().told");
  for (const kind of ["check", "card"]) answer(JSON.stringify({ kind, text })); // it loads what most texts need
};

self.onmessage = async ({ data }) => {
  if (data.kind === "start") {
    try {
      await start(data.parts, data.text);
      self.postMessage({ kind: "ready" });
    } catch (error) {
      self.postMessage({ kind: "failed", why: `the checker could not start: ${error.message}` });
    }
    return;
  }
  try {
    self.postMessage({ number: data.number, answer: answer(data.question) });
  } catch (error) {
    self.postMessage({ number: data.number, error: `the checker has stopped, and starts again: ${error.message.trim().split("\n").pop()}` });
  }
};
