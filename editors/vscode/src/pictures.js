// Pictures beside the text: the page of `archc draw --as html`, which follows what is written.
"use strict";

const vscode = require("vscode");

/** Milliseconds without a key before a picture is drawn anew. */
const PAUSE = 500;

/** The theme of the editor, in archc's words. */
function theme() {
  const { Light, HighContrastLight } = vscode.ColorThemeKind;
  return [Light, HighContrastLight].includes(vscode.window.activeColorTheme.kind) ? "light" : "dark";
}

/** Pages that say themselves what may run in them: archc's carry a policy with their script's hash. */
function isHeld(page) {
  return /<meta http-equiv="Content-Security-Policy" content="default-src 'none';[^"]*script-src 'sha256-[^']+'">/.test(page);
}

/** One panel for each model that is looked at. */
class Pictures {
  /** @param {(uri: string, model: string, theme: string) => Promise<string | null>} draw */
  constructor(draw) {
    this.draw = draw;
    /** @type {Map<string, {panel: vscode.WebviewPanel, uri: string, model: string, page: string}>} */
    this.open = new Map();
    /** @type {NodeJS.Timeout | undefined} */
    this.waiting = undefined;
    this.listening = [
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === "arch") this.soon();
      }),
      vscode.window.onDidChangeActiveColorTheme(() => this.soon()),
    ];
  }

  async show(uri, model) {
    const key = `${uri} ${model}`;
    const known = this.open.get(key);
    if (known) {
      known.panel.reveal(undefined, true);
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel("archc.picture", model, place, {
      enableScripts: true, // the page's own, and nothing else: see isHeld
      localResourceRoots: [],
      retainContextWhenHidden: true,
    });
    const one = { panel, uri, model, page: "" };
    this.open.set(key, one);
    panel.onDidDispose(() => this.open.delete(key));
    await this.refresh(one);
  }

  /** Draw all anew, once nothing has been written for a moment. */
  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.open.forEach((one) => this.refresh(one)), PAUSE);
  }

  /** Draw one anew. While the text is wrong the last picture stays. */
  async refresh(one) {
    const page = await this.draw(one.uri, one.model, theme());
    if (!page) {
      one.panel.title = `${one.model} (as it was)`;
      return;
    }
    one.panel.title = one.model;
    if (page !== one.page && isHeld(page)) {
      one.page = page;
      one.panel.webview.html = page;
    }
  }

  dispose() {
    clearTimeout(this.waiting);
    this.open.forEach(({ panel }) => panel.dispose());
    this.listening.forEach((each) => each.dispose());
  }
}

module.exports = { Pictures };
