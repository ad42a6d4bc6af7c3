// What is wrong: in the editor, and as a list below it, with the edits that put it right.

const changesOf = (fix, unit) =>
  fix.edits.map(({ place, text }) => ({ from: unit(place.start.offset), to: unit(place.end.offset), insert: text }));

// A fix of another file than this text is none that can be made here.
const fixable = ({ fix }, file) => fix !== null && fix.edits.every(({ place }) => place.file === file);

const diagnosticsOf = (found, unit, file, repair) => found.map((one) => {
  const from = unit(one.start);
  return {
    from,
    to: Math.max(from, unit(one.end)),
    severity: one.severity === "error" ? "error" : "warning",
    message: one.message,
    renderMessage: () => make("span", { class: "said" }, make("span", {}, ...spoken(one.message)),
      one.hint ? make("span", { class: "quiet" }, ...spoken(one.hint)) : null),
    actions: fixable(one, file) ? [{ name: one.fix.message.replaceAll("`", ""), apply: () => repair(one) }] : [],
  };
});

const problemList = (list, found, file, go, repair) => {
  const items = found.map((one) => {
    const place = one.place.file === file ? `${one.place.start.line}:${one.place.start.column}`
      : `${one.place.file}:${one.place.start.line}`;
    const also = one.related.map(({ place: other, text }) =>
      make("li", {}, other.file === file ? `line ${other.start.line}: ` : `${other.file}:${other.start.line}: `, ...spoken(text)));
    return make("article", { class: one.severity },
      make("div", { class: "title" },
        make("button", { class: "at", title: "Go there", onclick: () => go(one) }, place),
        make("b", {}, ...spoken(one.message)), make("span", { class: "name" }, one.name)),
      also.length ? make("ul", {}, ...also) : null,
      one.hint ? make("div", { class: "hint" }, ...spoken(one.hint)) : null,
      fixable(one, file) ? make("button", { class: "fix", onclick: () => repair(one) }, ...spoken(one.fix.message)) : null);
  });
  list.replaceChildren(...items);
  list.hidden = items.length === 0;
};

const counted = (found) => {
  const count = (severity) => found.filter((one) => one.severity === severity).length;
  const words = (number, word) => (number ? [`${number} ${word}${number === 1 ? "" : "s"}`] : []);
  return [...words(count("error"), "error"), ...words(count("warning"), "warning")].join(", ");
};
