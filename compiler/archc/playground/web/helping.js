// While a text is written: the words that may stand at the cursor, and what a name under the pointer is.

// The checker's kinds of words in CodeMirror's, which have icons.
const KINDS = {
  value: "variable", block: "class", model: "class", op: "function", function: "function",
  keyword: "keyword", argument: "property", type: "type",
};

const OPENS = /[(,:.]\s*$/; // behind these words are offered before a letter of them is there

// Markdown of the checker: code between fences, and paragraphs with words between backticks.
const explained = (markdown) => markdown.split(/^```\w*\n([\s\S]*?)\n```$/m).flatMap((part, at) => {
  if (at % 2) return [make("pre", {}, part)];
  return part.split(/\n\s*\n/).filter((each) => each.trim()).map((each) => make("p", {}, ...spoken(each.trim())));
});

const newHelp = (ask) => {
  // What cannot be answered is left out: the next look says why.
  const asked = async (kind, state, at) => {
    const text = state.doc.toString();
    try {
      const answer = await ask({ kind, text, at: toCharacters(text, at) });
      return { ...answer, unit: toUnits(text) };
    } catch {
      return {};
    }
  };

  const words = async (context) => {
    const line = context.state.sliceDoc(context.state.doc.lineAt(context.pos).from, context.pos);
    if (!context.explicit && !/\w$/.test(line) && !OPENS.test(line)) return null;
    if (/^\s*(?:\d|.*\W\d)\w*$/.test(line)) return null; // a number
    const found = await asked("complete", context.state, context.pos);
    if (context.aborted || !found.words?.length) return null;
    const from = found.unit(found.start);
    const begun = context.state.sliceDoc(from, context.pos);
    // A word that is whole needs no help, and Enter behind it is to end the line.
    if (!context.explicit && found.words.some(({ word }) => word === begun)) return null;
    const options = found.words.map(({ word, kind, detail }) => ({ label: word, type: KINDS[kind], detail }));
    return { from, options, filter: false };
  };

  const name = async (view, at) => {
    const { state } = view;
    const found = await asked("hover", state, at);
    if (found.text === undefined || view.state.doc !== state.doc) return null;
    return {
      pos: found.unit(found.start),
      end: found.unit(found.end),
      create: () => ({ dom: make("div", { class: "hover" }, ...explained(found.text)) }),
    };
  };

  return [
    // A word may be taken as soon as it is seen: else Tab would indent the line for a moment.
    CM.autocompletion({ override: [words], maxRenderedOptions: 60, interactionDelay: 0 }),
    CM.hoverTooltip(name, { hideOnChange: true }),
    CM.keymap.of([{ key: "Tab", run: CM.acceptCompletion }]),
  ];
};
