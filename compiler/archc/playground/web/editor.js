// The editor: the language's colours, what is wrong, and the shapes behind the lines.

const language = (words) => {
  const keywords = new Set(words.keywords);
  const ops = new Set(words.ops);
  return CM.StreamLanguage.define({
    name: "arch",
    languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } },
    token(stream) {
      if (stream.eatSpace()) return null;
      if (stream.match("##")) {
        stream.skipToEnd();
        return "docComment";
      }
      if (stream.match("#")) {
        stream.skipToEnd();
        return "comment";
      }
      if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
      if (stream.match(/^\d[\w.]*/)) return "number";
      if (stream.match(/^(?:->|::)/)) return "operator";
      const found = stream.match(/^[A-Za-z_]\w*/);
      if (found) {
        const [word] = found;
        const head = /^\s*import\s+[\w.]+/.exec(stream.string)?.[0].length ?? 0;
        if (stream.pos <= head && word !== "import") return "namespace";
        if (keywords.has(word)) return "keyword";
        if (stream.match(/^\s*:(?!:)/, false)) return "labelName";
        if (ops.has(word)) return "standard";
        return /^[A-Z]/.test(word) && stream.match(/^\s*\(/, false) ? "typeName" : "variableName";
      }
      stream.next();
      return null;
    },
    tokenTable: { standard: CM.tags.standard(CM.tags.name) },
  });
};

const { tags } = CM;
const colours = CM.HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword], class: "tok-keyword" },
  { tag: tags.standard(tags.name), class: "tok-op" },
  { tag: [tags.typeName, tags.className, tags.definition(tags.variableName)], class: "tok-block" },
  { tag: tags.labelName, class: "tok-label" },
  { tag: [tags.number, tags.bool, tags.atom], class: "tok-number" },
  { tag: tags.string, class: "tok-string" },
  { tag: [tags.comment, tags.docComment], class: "tok-comment" },
  { tag: tags.operator, class: "tok-operator" },
]);

class ShapeWidget extends CM.WidgetType {
  constructor(texts) {
    super();
    this.texts = texts;
  }

  eq(other) {
    return other.texts.join("\n") === this.texts.join("\n");
  }

  toDOM() {
    const shown = this.texts.length > 1 ? `${this.texts[0]} … ${this.texts.at(-1)}` : this.texts[0];
    const made = make("span", { class: "shape", "aria-hidden": "true", title: this.texts.join("\n") }, shown);
    return made;
  }
}

const setShapes = CM.StateEffect.define();
const shapesField = CM.StateField.define({
  create: () => CM.Decoration.none,
  update(known, transaction) {
    let next = known.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setShapes)) next = effect.value;
    return next;
  },
  provide: (field) => CM.EditorView.decorations.from(field),
});

const shapesAt = (doc, shapes) => {
  const lines = new Map();
  for (const { at, texts } of shapes) lines.set(doc.lineAt(at).to, texts);
  return CM.Decoration.set([...lines].sort(([one], [other]) => one - other)
    .map(([at, texts]) => CM.Decoration.widget({ widget: new ShapeWidget(texts), side: 1 }).range(at)));
};

const COMMON = () => [
  CM.lineNumbers(), CM.highlightSpecialChars(), CM.drawSelection(), CM.bracketMatching(),
  CM.syntaxHighlighting(colours), CM.highlightSelectionMatches(),
];

const newEditor = (parent, words, help, changed) => new CM.EditorView({
  parent,
  state: CM.EditorState.create({
    extensions: [
      COMMON(), CM.history(), CM.indentOnInput(), CM.indentUnit.of("  "), CM.EditorState.tabSize.of(2),
      CM.highlightActiveLine(), CM.highlightActiveLineGutter(), CM.lintGutter(),
      language(words), shapesField, help,
      CM.EditorView.contentAttributes.of({ "aria-label": "Text of the network", spellcheck: "false" }),
      CM.EditorView.updateListener.of((update) => update.docChanged && changed()),
      CM.keymap.of([...CM.lintKeymap.filter(({ key }) => key === "F8"), ...CM.searchKeymap, ...CM.historyKeymap, CM.indentWithTab,
        ...CM.defaultKeymap]),
    ],
  }),
});

const newReader = (parent) => new CM.EditorView({
  parent,
  state: CM.EditorState.create({
    extensions: [
      COMMON(), CM.EditorState.readOnly.of(true), CM.StreamLanguage.define(CM.python),
      CM.EditorView.contentAttributes.of({ "aria-label": "Printed Python source" }),
      CM.keymap.of([...CM.searchKeymap, ...CM.defaultKeymap]),
    ],
  }),
});

const fill = (view, text) => {
  const { doc } = view.state;
  if (doc.toString() !== text) view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
};
