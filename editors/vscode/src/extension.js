// The client of `archc lsp`: starts the server, and gives cards and pictures a place beside the text.
"use strict";

const vscode = require("vscode");
const { LanguageClient, RevealOutputChannelOn } = require("vscode-languageclient/node");
const { Pictures } = require("./pictures");

const LANGUAGE = "arch";
const CARDS = "archc-card";

/** @type {LanguageClient | undefined} */
let client;

/** What starts archc, with the folder's and the user's own in the place of VS Code's variables. */
function command() {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const words = vscode.workspace.getConfiguration("archc").get("command");
  const given = Array.isArray(words) && words.length ? words : ["archc"];
  return given.map((word) =>
    String(word)
      .replaceAll("${workspaceFolder}", folder)
      .replace(/\$\{env:(\w+)\}/g, (_, name) => process.env[name] ?? ""),
  );
}

/** Start the server, unless it runs. */
async function start(pictures, cards) {
  const [program, ...words] = command();
  const server = { command: program, args: [...words, "lsp"] };
  client = new LanguageClient("archc", "archc", server, {
    documentSelector: [{ language: LANGUAGE }],
    initializationOptions: { shows: true },
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.arch") },
    middleware: {
      // Lenses run the server's commands: what these give is shown here.
      executeCommand: (name, given, next) => {
        const [uri, model] = given;
        if (name === "archc.picture") return pictures.show(uri, model);
        if (name === "archc.card") return cards.show(uri, model, () => next(name, given));
        return next(name, given);
      },
    },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const open = "Open Settings";
    const said = `archc could not be started as "${[program, ...words].join(" ")}". It needs: pip install "archc-lang[lsp]"`;
    // Nobody waits for the answer: the editor goes on without a server.
    vscode.window.showErrorMessage(said, open).then((chosen) => {
      if (chosen) vscode.commands.executeCommand("workbench.action.openSettings", "archc.command");
    });
    console.error(error);
  }
}

/** Ask the server for what a command gives; null where there is no server. */
async function ask(name, ...given) {
  if (!client?.isRunning()) return null;
  return client.sendRequest("workspace/executeCommand", { command: name, arguments: given });
}

/** Cards, as texts that nobody can change. */
class Cards {
  constructor() {
    this.texts = new Map();
    this.changed = new vscode.EventEmitter();
    this.onDidChange = this.changed.event;
  }

  provideTextDocumentContent(uri) {
    return this.texts.get(uri.toString()) ?? "";
  }

  async show(uri, name, card) {
    const text = await card();
    if (text === null || text === undefined) return;
    const place = vscode.Uri.from({ scheme: CARDS, path: `/${name}`, query: uri });
    this.texts.set(place.toString(), text);
    this.changed.fire(place);
    const beside = vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(place, { viewColumn: beside, preview: true, preserveFocus: true });
  }
}

/** The model whose text the cursor is in, else the file's last: the one that is meant most often. */
async function modelAt(editor) {
  const uri = editor.document.uri;
  const symbols = await vscode.commands.executeCommand("vscode.executeDocumentSymbolProvider", uri);
  const lenses = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", uri);
  const models = (lenses ?? [])
    .map((lens) => lens.command)
    .filter((each) => each?.command === "archc.picture")
    .map((each) => each.arguments[1]);
  const at = (symbols ?? []).find((each) => each.range.contains(editor.selection.active));
  return at && models.includes(at.name) ? at.name : models.at(-1);
}

async function activate(context) {
  const pictures = new Pictures((...given) => ask("archc.picture", ...given));
  const cards = new Cards();
  context.subscriptions.push(
    pictures,
    vscode.workspace.registerTextDocumentContentProvider(CARDS, cards),
    vscode.commands.registerCommand("archc.showPicture", async () => {
      const editor = vscode.window.activeTextEditor;
      if (!editor || editor.document.languageId !== LANGUAGE) return;
      const name = await modelAt(editor);
      if (name) await pictures.show(editor.document.uri.toString(), name);
      else vscode.window.showInformationMessage("There is no model here that is right.");
    }),
    vscode.commands.registerCommand("archc.restart", async () => {
      await client?.stop();
      await start(pictures, cards);
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("archc.command")) vscode.commands.executeCommand("archc.restart");
    }),
  );
  await start(pictures, cards);
}

async function deactivate() {
  await client?.stop();
}

module.exports = { activate, deactivate };
