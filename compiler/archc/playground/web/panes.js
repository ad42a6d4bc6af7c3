// What is shown of a model: each pane asks one question, and shows its answer.

const MOST_ROWS = 2_000;

// What is wrong with what was asked, not with the text: at which sizes it does not run, and why.
const refusal = (answer, page) => {
  const box = make("div", { class: "refused", role: "alert" });
  for (const one of answer.refused) {
    box.append(make("p", {}, make("b", {}, ...spoken(one.message))));
    for (const { text } of one.related ?? []) box.append(make("p", { class: "quiet" }, ...spoken(text)));
    if (one.hint) box.append(make("p", {}, ...spoken(one.hint)));
  }
  const { nearest } = answer;
  if (nearest) {
    const now = page.sizes();
    const words = Object.entries(nearest).filter(([name, size]) => now[name] !== size).map(([name, size]) => `${name} = ${size}`).join(", ");
    box.append(make("button", { class: "strong", onclick: () => page.choose(nearest) }, `Take ${words}`));
  }
  return box;
};

const cardPane = {
  name: "card",
  title: "Card",
  atSizes: true,
  asked: () => ({ kind: "card" }),
  show(pane, answer, page) {
    const number = (value, name) => make("div", { class: "number" }, make("b", {}, value), make("span", {}, name));
    const row = (name, ...values) => values.map((value, at) =>
      make("tr", {}, make("th", { scope: "row" }, at ? "" : name), make("td", {}, value)));
    const doc = answer.doc.trim().split("\n\n")[0];
    const facts = make("table", { class: "facts" });
    facts.append(...row("input", ...answer.inputs), ...row("output", ...answer.outputs));
    if (answer.valid) facts.append(...row("valid sizes", answer.valid));
    const numbers = make("div", { class: "numbers" }, number(answer.parameters, "parameters"));
    if (!answer.refused) {
      numbers.append(number(answer.macs, "MACs"), number(answer.inference, "to run"), number(answer.training, "to train"));
    }
    pane.append(make("h2", {}, answer.name));
    if (doc) pane.append(make("p", { class: "doc" }, doc));
    pane.append(numbers, facts);
    if (answer.refused) pane.append(refusal(answer, page));
    else {
      const said = Object.entries(page.sizes()).map(([name, size]) => `${name} = ${size}`).join(", ");
      const costs = make("table", { class: "facts" }, make("caption", {}, said ? `what it costs at ${said}` : "what it costs"));
      for (const [name, words] of answer.rows) costs.append(...row(name, words));
      pane.append(costs);
    }
  },
};

const tablePane = {
  name: "table",
  title: "Table",
  atSizes: true,
  depth: "2",
  asked() {
    return { kind: "table", depth: this.depth ? Number(this.depth) : null };
  },
  options(page) {
    const levels = make("select", { onchange: ({ target }) => { this.depth = target.value; page.again(); } });
    for (const [value, words] of [["1", "1 level"], ["2", "2 levels"], ["3", "3 levels"], ["", "all levels"]]) {
      levels.append(make("option", { value, selected: value === this.depth }, words));
    }
    return [make("label", {}, "show ", levels)];
  },
  show(pane, answer, page) {
    if (answer.refused) {
      pane.append(refusal(answer, page));
      return;
    }
    const side = (at) => (answer.columns[at].is_number ? "right" : null);
    const head = make("tr", {}, ...answer.columns.map(({ title }, at) => make("th", { scope: "col", class: side(at) }, title)));
    const line = ({ cells, level, is_scope: isScope, path }) => {
      const made = make("tr", { class: isScope ? "scope" : null, title: path },
        ...cells.map((cell, at) => make("td", { class: side(at) }, cell)));
      made.firstChild.style.paddingLeft = `calc(14px + ${1.2 * (level - 1)}em)`;
      return made;
    };
    const rows = answer.rows.slice(0, MOST_ROWS).map(line);
    const left = answer.rows.length - rows.length;
    const foot = make("tr", {}, ...answer.whole.map((cell, at) => make("td", { class: side(at) }, cell)));
    pane.append(make("table", { class: "costs" }, make("thead", {}, head), make("tbody", {}, ...rows), make("tfoot", {}, foot)));
    if (left > 0) pane.append(make("p", { class: "quiet" }, `${left} rows more: show fewer levels`));
  },
};

const VIEWS = [
  ["layers", "layers"], ["stages", "stages"], ["volumes", "volumes"], ["explore", "to look around in"],
];

const picturePane = {
  name: "picture",
  title: "Picture",
  atSizes: true,
  view: "layers",
  asked() {
    const isPage = this.view === "explore";
    return { kind: "picture", form: isPage ? "html" : "svg", view: isPage ? "layers" : this.view, theme: theme() };
  },
  options(page) {
    const views = make("select", { onchange: ({ target }) => { this.view = target.value; page.again(); } });
    for (const [value, words] of VIEWS) views.append(make("option", { value, selected: value === this.view }, words));
    const save = make("button", { onclick: () => this.saved && download(...this.saved) }, "Save");
    return [make("label", {}, "view ", views), save];
  },
  show(pane, answer, page) {
    if (answer.refused) {
      this.saved = null;
      pane.append(refusal(answer, page));
      return;
    }
    if (this.view === "explore") {
      this.saved = [`${page.model()}.html`, answer.text, "text/html"];
      const frame = make("iframe", { sandbox: "allow-scripts", title: "The layers, to look around in" });
      frame.srcdoc = answer.text;
      pane.append(frame);
      return;
    }
    this.saved = [`${page.model()}.svg`, answer.text, "image/svg+xml"];
    const read = new DOMParser().parseFromString(answer.text, "image/svg+xml").documentElement;
    const holder = make("div", { class: "paper", role: "img", "aria-label": `Picture of ${page.model()}` });
    // Its style and its names are its own, and reach nothing of the page.
    holder.attachShadow({ mode: "open" }).append(document.importNode(read, true));
    pane.append(holder);
    const { shadowRoot } = holder;
    const drawn = shadowRoot.firstChild;
    drawn.setAttribute("style", "display:block;width:100%;height:auto;max-height:100%");
  },
};

const pythonPane = {
  name: "python",
  title: "Python",
  asked: () => ({ kind: "python" }),
  options(page) {
    return [make("button", { onclick: () => this.text && download(`${page.model()}.py`, this.text, "text/x-python") }, "Save"),
      make("button", { onclick: async ({ target }) => flash(target, await copied(this.text ?? "")) }, "Copy")];
  },
  show(pane, answer, page) {
    this.text = answer.refused ? null : answer.text;
    if (answer.refused) {
      pane.append(refusal(answer, page));
      return;
    }
    this.reader ??= newReader(make("div", { class: "source" }));
    pane.append(this.reader.dom.parentElement);
    fill(this.reader, answer.text);
  },
};

const PANES = [cardPane, picturePane, tablePane, pythonPane];

const download = (name, text, type) => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
};

const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    return "The browser does not allow it: select, and copy by its keys";
  }
};

const flash = (button, words) => {
  const before = button.textContent;
  button.textContent = words;
  setTimeout(() => { button.textContent = before; }, 1_500);
};
