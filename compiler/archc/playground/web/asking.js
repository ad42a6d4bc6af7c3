// One question, one answer, over one of two ways: the process that serves this page, or a worker in
// which the checker itself runs. Both give { answer } or throw an Error in words.

const PATIENCE = 10_000; // milliseconds for an answer, on a machine that is not slow

const overHttp = (say) => {
  say("ready");
  return async (question) => {
    let reply;
    try {
      reply = await fetch("ask", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(3 * PATIENCE),
      });
    } catch (error) {
      throw new Error(error.name === "TimeoutError"
        ? "the checker takes too long for this text"
        : "archc playground does not answer: start it again");
    }
    if (!reply.ok) throw new Error(`archc playground says ${reply.status}: ${(await reply.text()).trim()}`);
    return reply.json();
  };
};

const overWorker = (say) => {
  const part = (name) => by(`part-${name}`).textContent;
  let worker = null;
  let number = 0;
  let waiting = new Map();
  let ready = null;
  let patience = PATIENCE;

  const stop = (why) => {
    worker?.terminate();
    worker = ready = null;
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting = new Map();
  };

  const start = () => {
    say("starting");
    const before = performance.now();
    const url = URL.createObjectURL(new Blob([part("worker")], { type: "text/javascript" }));
    worker = new Worker(url); // no module: one of a page that was opened from disk may not load
    ready = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.kind === "ready") {
          say("ready");
          // Where it takes long to start, a text takes long as well.
          patience = Math.max(PATIENCE, 2 * (performance.now() - before));
          resolve();
        } else if (data.kind === "failed") {
          say("failed");
          reject(new Error(data.why));
        } else if (waiting.has(data.number)) {
          const { resolve: give, reject: refuse } = waiting.get(data.number);
          waiting.delete(data.number);
          if (data.error === undefined) give(JSON.parse(data.answer));
          else {
            stop("the checker has stopped");
            refuse(new Error(data.error));
          }
        }
      };
      worker.onerror = (event) => {
        stop(event.message || "the checker has stopped");
        say("failed");
        reject(new Error(event.message || "the checker has stopped"));
      };
    });
    const parts = Object.fromEntries(["lock", "pyodide", "module", "wasm", "stdlib", "site"].map((name) => [name, part(name)]));
    worker.postMessage({ kind: "start", parts, text: remembered("facts").text });
  };

  start();
  return async (question) => {
    if (worker === null) start();
    await ready;
    number += 1;
    const mine = number;
    const timer = setTimeout(() => stop("the checker took too long for this text, and was stopped"), patience);
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(mine, { resolve, reject });
        worker.postMessage({ kind: "ask", number: mine, question: JSON.stringify(question) });
      });
    } finally {
      clearTimeout(timer);
    }
  };
};
