// The extension in a real VS Code (code-server) in a real browser: a mistake, its fix, shapes, the card, the picture.
//
// CODE_SERVER is the command that starts code-server, CHROMIUM a browser, PYTHON a Python with archc.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** Milliseconds that a step may take on a machine where others work. */
const SLOWEST = 300_000;
const TEXT = `arch 1

block Unit(width) { conv(width, 3, padding = 1, bias = false) -> batch_norm -> relu }

## A small network.
model net(classes = 10) {
  input image: [N, 3, H = 32, W = 32]
  stem: Unit(16)
  max_pool(2)
  body: Unit(32)
  global_avg_pol
  head: linear(classes)
}
`;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const shots = here("../shots");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "archc-vscode-")));
const [program, ...words] = (process.env.CODE_SERVER ?? "code-server").split(" ");
const python = process.env.PYTHON ?? "python3";

/** A port that is free. */
async function port() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const found = server.address().port;
  await new Promise((done) => server.close(done));
  return found;
}

/** A folder with a text, and an editor with the extension, as if a user had set it up. */
function prepared() {
  const project = join(folder, "project");
  const user = join(folder, "data", "User");
  mkdirSync(project, { recursive: true });
  mkdirSync(user, { recursive: true });
  mkdirSync(shots, { recursive: true });
  writeFileSync(join(project, "net.arch"), TEXT);
  const settings = {
    "archc.command": [python, "-m", "archc"],
    "editor.inlayHints.enabled": "on",
    // What moves costs a machine without a screen the most.
    "editor.cursorBlinking": "solid",
    "editor.minimap.enabled": false,
    "workbench.reduceMotion": "on",
    "git.enabled": false,
    "security.workspace.trust.enabled": false,
    "telemetry.telemetryLevel": "off",
    "workbench.startupEditor": "none",
    "workbench.colorTheme": "Default Dark Modern",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "chat.disableAIFeatures": true,
  };
  writeFileSync(join(user, "settings.json"), JSON.stringify(settings));
  const places = ["--user-data-dir", join(folder, "data"), "--extensions-dir", join(folder, "extensions")];
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, "config"), XDG_DATA_HOME: join(folder, "share") };
  execFileSync(program, [...words, ...places, "--install-extension", here("../archc.vsix")], { env, stdio: "inherit" });
  return { project, places, env };
}

/** VS Code shows blanks as ones that do not break. */
const said = (text) => new RegExp(text.replace(/[[\]/()]/g, "\\$&").replaceAll(" ", "[\\s\u00a0\u00b7]"));

async function shot(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`) });
  console.log(name);
}

async function used(page, project, address) {
  await page.goto(`${address}/?folder=${encodeURIComponent(project)}`, { waitUntil: "commit" });
  await page.locator(".monaco-workbench").waitFor();
  await page.getByText("net.arch").first().dblclick();

  const lines = page.locator(".editor-instance .view-lines").first();
  const mistake = page.locator(".squiggly-error").first();
  await mistake.waitFor();
  await shot(page, "1-mistake");

  await lines.getByText("global_avg_pol").click();
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget").getByText("global_avg_pool").waitFor();
  await shot(page, "2-fix");
  await page.keyboard.press("Enter");
  await lines.getByText("global_avg_pool").waitFor();
  await mistake.waitFor({ state: "detached" });
  await lines.filter({ hasText: said("[N, 16, H // 2, W // 2]") }).waitFor();

  // 3 x 16 x 9 and 16 x 32 x 9 weights, scales and shifts of two norms, and 32 x 10 weights and 10 biases.
  const count = (432 + 4608 + 2 * 16 + 2 * 32 + 330).toLocaleString("en");
  const lens = page.locator(".codelens-decoration a", { hasText: said(`${count} parameters`) });
  await lens.waitFor();
  await shot(page, "3-shapes");

  await page.locator(".codelens-decoration a", { hasText: "picture" }).click();
  const picture = page.frameLocator("iframe.webview").frameLocator("#active-frame");
  await picture.locator("#picture").getByText("Linear").first().waitFor();
  await shot(page, "4-picture");
  // Its own script runs: it says what a box costs under the pointer.
  await picture.locator('[data-path="head"]').hover();
  await picture.locator("#said").getByText("330 parameters").waitFor();

  // It follows the text, which nobody has saved.
  await lines.getByText("10", { exact: true }).dblclick();
  await page.keyboard.type("7");
  await picture.locator("#picture").getByText("7", { exact: true }).first().waitFor();
  await shot(page, "5-changed");

  // The card: the last layer has 33 x 7 numbers now.
  const less = (432 + 4608 + 2 * 16 + 2 * 32 + 231).toLocaleString("en");
  await page.locator(".codelens-decoration a", { hasText: said(`${less} parameters`) }).click();
  const card = page.locator(".view-lines", { hasText: said(`parameters  ${less}`) });
  await card.waitFor();
  await shot(page, "6-card");
}

/** code-server, once it listens. It gives up by itself where its parts take long, so it is started again. */
async function started(places, env, number) {
  const options = ["--auth", "none", "--bind-addr", `127.0.0.1:${number}`, "--disable-telemetry", "--disable-update-check"];
  for (let left = 5; left; left--) {
    const server = spawn(program, [...words, ...places, ...options], { env, stdio: ["ignore", "pipe", "inherit"] });
    const listens = await new Promise((done) => {
      server.stdout.on("data", (text) => String(text).includes("listening on") && done(true));
      server.on("exit", () => done(false));
    });
    if (listens) return server;
  }
  throw new Error("code-server does not start");
}

const { project, places, env } = prepared();
const number = await port();
const address = `http://127.0.0.1:${number}`;
let server;
let page;
let browser;
try {
  server = await started(places, env, number);
  const args = ["--no-sandbox", "--disable-gpu-watchdog"];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
  browser.on("disconnected", () => console.log("the browser is gone"));
  page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
  page.setDefaultTimeout(SLOWEST);
  await used(page, project, address);
  console.log("the extension works: a mistake, its fix, shapes, lenses, the picture and the card");
} catch (error) {
  console.error(error);
  process.exitCode = 1;
  await page?.screenshot({ path: join(shots, "failed.png") }).catch(() => {}); // it may be gone
} finally {
  browser?.removeAllListeners("disconnected");
  if (browser?.isConnected()) await browser.close();
  server?.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
