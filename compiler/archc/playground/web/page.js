// The page: a text, what the checker says of it, and the pane that is open.

const PAUSE = 120; // milliseconds without a key before a text is checked

const facts = remembered("facts");

// --- colours ---------------------------------------------------------------------------------------

const dark = matchMedia("(prefers-color-scheme: dark)");
let chosenTheme = "auto";
const theme = () => (chosenTheme === "auto" ? (dark.matches ? "dark" : "light") : chosenTheme);
const paint = () => {
  document.documentElement.dataset.theme = theme();
  by("theme").textContent = { auto: "Auto", light: "Light", dark: "Dark" }[chosenTheme];
};

// --- what is known ---------------------------------------------------------------------------------

let isFile = facts.file !== null; // whether the text is that of the file that was opened
let wanted = null; // the model that is looked at
let sizes = {}; // those that the reader has set
let checked = null; // the last answer, with its text and the map of its offsets
let open = PANES[0];
let isAsking = false;
let isStale = false;

const say = (kind) => {
  const words = { starting: "The checker starts…", ready: "", failed: "The checker could not start" }[kind];
  by("state").textContent = words;
  by("state").className = kind;
};

let timer = null;
const changed = () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
};

const ask = facts.transport === "http" ? overHttp(say) : overWorker(say);
const help = newHelp((question) => ask({ ...question, is_file: isFile }));
const view = newEditor(by("editor"), facts.words, help, changed);
const text = () => view.state.doc.toString();

let isOfLook = false; // whether what is noted is of the last look, and goes with the next
const note = (words, ofLook = false) => {
  isOfLook = ofLook;
  by("notice").textContent = words;
  by("notice").hidden = !words;
};

const model = () => {
  const right = checked?.models.filter(({ ok }) => ok) ?? [];
  return right.find(({ name }) => name === wanted) ?? right[0] ?? null;
};

const page = {
  again: () => look(),
  model: () => model()?.name ?? "model",
  sizes: () => ({ ...model()?.sizes, ...own() }),
  choose: (nearest) => {
    sizes = { ...sizes, ...nearest };
    for (const [name, usual] of Object.entries(model().sizes)) if (sizes[name] === usual) delete sizes[name];
    drawAsked();
    look();
    keep();
  },
};

// The sizes that are set and that this model has.
const own = () => {
  const known = model()?.sizes ?? {};
  return Object.fromEntries(Object.entries(sizes).filter(([name]) => name in known));
};

// --- checking --------------------------------------------------------------------------------------

// One look at a time; what changes meanwhile is looked at behind it.
const look = async () => {
  if (isAsking) {
    isStale = true;
    return;
  }
  isAsking = true;
  try {
    await check();
    await show();
    if (isOfLook) note("");
  } catch (error) {
    note(error.message, true);
  } finally {
    isAsking = false;
  }
  if (isStale) {
    isStale = false;
    look();
  }
};

const check = async () => {
  const asked = text();
  if (checked?.text === asked && checked.isFile === isFile) return;
  const answer = await ask({ kind: "check", text: asked, is_file: isFile });
  if (text() !== asked) {
    isStale = true;
    return;
  }
  const before = JSON.stringify(checked?.models);
  checked = { ...answer, text: asked, isFile, unit: toUnits(asked) };
  const { found, shapes, unit } = checked;
  view.dispatch(CM.setDiagnostics(view.state, diagnosticsOf(found, unit, facts.name, repair)));
  view.dispatch({ effects: setShapes.of(by("shapes").checked
    ? shapesAt(view.state.doc, shapes.map(({ at, texts }) => ({ at: unit(at), texts }))) : CM.Decoration.none) });
  problemList(by("problems"), found, facts.name, go, repair);
  const count = counted(found);
  by("verdict").textContent = count || "Right";
  by("verdict").className = found.some(({ severity }) => severity === "error") ? "error" : count ? "warning" : "right";
  if (JSON.stringify(checked.models) !== before) drawAsked();
  keep();
};

const show = async () => {
  const pane = by(`pane-${open.name}`);
  const shown = open;
  if (model() === null) {
    pane.classList.add("stale");
    if (!pane.childElementCount) pane.append(make("p", { class: "quiet" }, "Nothing to show until a model is right."));
    return;
  }
  const asked = text();
  const answer = await ask({
    ...open.asked(), text: asked, is_file: isFile, model: model().name, ...(open.atSizes ? { sizes: own() } : {}),
  });
  if (text() !== asked || open !== shown) {
    isStale = true;
    return;
  }
  const { scrollTop, scrollLeft } = pane;
  pane.replaceChildren();
  pane.classList.remove("stale");
  open.show(pane, answer, page);
  pane.scrollTo(scrollLeft, scrollTop);
};

const go = ({ start }) => {
  const at = checked.unit(start);
  view.dispatch({ selection: { anchor: at }, effects: CM.EditorView.scrollIntoView(at, { y: "center" }) });
  view.focus();
};

const repair = ({ fix }) => {
  if (checked === null || checked.text !== text()) return; // it has been written on, and is looked at again
  view.dispatch({ changes: changesOf(fix, checked.unit), userEvent: "input.fix" });
  clearTimeout(timer);
  look();
  view.focus();
};

// --- the model and its sizes -----------------------------------------------------------------------

const drawAsked = () => {
  const right = checked?.models.filter(({ ok }) => ok) ?? [];
  const here = model();
  const row = by("asked");
  const focused = document.activeElement?.id;
  row.replaceChildren();
  if (right.length > 1) {
    const models = make("select", { id: "model", onchange: ({ target }) => { wanted = target.value; drawAsked(); look(); } });
    for (const { name } of right) models.append(make("option", { value: name, selected: name === here.name }, name));
    row.append(make("label", {}, "model ", models));
  }
  const shown = open.atSizes ? Object.entries(here?.sizes ?? {}) : [];
  for (const [name, usual] of shown) {
    const field = make("input", {
      id: `size-${name}`, type: "number", min: 1, step: 1, value: sizes[name] ?? usual,
      oninput: ({ target }) => {
        const size = target.valueAsNumber;
        target.classList.toggle("wrong", !(Number.isSafeInteger(size) && size > 0));
        if (target.classList.contains("wrong")) return;
        if (size === usual) delete sizes[name];
        else sizes[name] = size;
        by("usual").hidden = Object.keys(own()).length === 0;
        keep();
        changed();
      },
    });
    row.append(make("label", { class: "size" }, `${name} `, field));
  }
  row.append(make("button", {
    id: "usual", hidden: !shown.length || Object.keys(own()).length === 0, title: "The sizes that the text declares",
    onclick: () => { sizes = {}; keep(); drawAsked(); look(); },
  }, "Reset"));
  row.append(make("span", { class: "space" }), ...(open.options?.(page) ?? []));
  if (focused && row.contains(by(focused))) by(focused).focus();
};

// --- tabs ------------------------------------------------------------------------------------------

const turn = (pane) => {
  open = pane;
  for (const each of PANES) {
    const is = each === pane;
    by(`tab-${each.name}`).setAttribute("aria-selected", is);
    by(`tab-${each.name}`).tabIndex = is ? 0 : -1;
    by(`pane-${each.name}`).hidden = !is;
  }
  drawAsked();
  look();
};

for (const each of PANES) {
  document.querySelector(".tabs").append(make("button", {
    id: `tab-${each.name}`, role: "tab", "aria-controls": `pane-${each.name}`, onclick: () => turn(each),
  }, each.title));
  by("panes").append(make("div", {
    id: `pane-${each.name}`, role: "tabpanel", "aria-labelledby": `tab-${each.name}`, tabindex: 0, hidden: true,
  }));
}

document.querySelector(".tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = PANES[(PANES.indexOf(open) + step + PANES.length) % PANES.length];
  turn(next);
  by(`tab-${next.name}`).focus();
});

// --- examples, links, layout -----------------------------------------------------------------------

const load = (known) => {
  note("");
  isFile = known.isFile ?? false;
  wanted = known.model ?? null;
  sizes = known.sizes ?? {};
  fill(view, known.text);
  view.dispatch({ selection: { anchor: 0 }, scrollIntoView: true });
  clearTimeout(timer);
  look();
};

let written = "";
const keep = async () => {
  written = `#text=${await packed({ text: text(), model: wanted ?? undefined, sizes: own() })}`;
  history.replaceState(null, "", written);
};

const fromLink = async () => {
  if (location.hash === written) return;
  const known = await unpacked(location.hash);
  if (known) load(known);
  else if (location.hash.length > 1) note("This link's text cannot be read.");
};
addEventListener("hashchange", fromLink);

const listed = () => {
  const words = by("examples-search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, title }) => words.every((word) => `${name} ${title}`.toLowerCase().includes(word));
  // Those of the name first, then those whose name begins so.
  const rank = ({ name }) => (name === words[0] ? 0 : name.startsWith(words[0] ?? "") ? 1 : 2);
  const found = facts.examples.filter(fits).sort((one, other) => rank(one) - rank(other));
  by("examples-list").replaceChildren(...found.map((one) => make("button", {
    onclick: () => {
      by("examples").close();
      load({ text: one.text, model: one.name });
    },
  }, make("b", {}, one.name), make("span", {}, one.title))));
};

by("examples-open").addEventListener("click", () => {
  by("examples-search").value = "";
  listed();
  by("examples").showModal();
});
by("examples-search").addEventListener("input", listed);
by("examples").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = [...by("examples-list").children];
  if (event.key === "Enter" && event.target === by("examples-search")) {
    event.preventDefault(); // else it is pressed again on the button to which the focus returns
    all[0]?.click();
  }
  if (!step || !all.length) return;
  event.preventDefault();
  const at = all.indexOf(document.activeElement) + step;
  (at < 0 ? by("examples-search") : all[Math.min(at, all.length - 1)]).focus();
});

by("share").addEventListener("click", async () => {
  await keep();
  by("link-text").value = location.href;
  by("link-said").textContent = facts.transport === "http"
    ? "It opens here as long as archc playground runs; a page made by archc playground --out opens it anywhere." : "";
  by("link").showModal();
  by("link-text").select();
});
by("link-copy").addEventListener("click", async () => { by("link-said").textContent = await copied(by("link-text").value); });
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

by("theme").addEventListener("click", () => {
  chosenTheme = { auto: "light", light: "dark", dark: "auto" }[chosenTheme];
  paint();
  if (open === picturePane) look();
});
dark.addEventListener("change", () => { paint(); if (open === picturePane) look(); });

const laidOut = async () => {
  try {
    const answer = await ask({ kind: "format", text: text(), is_file: isFile });
    if (answer.text !== undefined) fill(view, answer.text);
    else note("The text can be laid out when its syntax is right.", true);
  } catch (error) {
    note(error.message, true);
  }
};
by("format").addEventListener("click", laidOut);
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    laidOut();
  }
});

by("verdict").addEventListener("click", () => {
  view.focus();
  CM.nextDiagnostic(view);
});
by("shapes").addEventListener("change", () => {
  checked = null;
  look();
});

const widen = (share) => {
  const value = Math.round(Math.min(80, Math.max(20, share)));
  by("bar").setAttribute("aria-valuenow", value);
  by("split").style.setProperty("--share", `${value}%`);
};
by("bar").addEventListener("pointerdown", (event) => {
  by("bar").setPointerCapture(event.pointerId);
  by("bar").onpointermove = ({ clientX }) => widen((100 * clientX) / by("split").clientWidth);
});
by("bar").addEventListener("pointerup", () => { by("bar").onpointermove = null; });
by("bar").addEventListener("keydown", ({ key }) => {
  const step = { ArrowLeft: -2, ArrowRight: 2 }[key];
  if (step) widen(Number(by("bar").getAttribute("aria-valuenow")) + step);
});

// --- begin -----------------------------------------------------------------------------------------

paint();
for (const each of PANES) by(`pane-${each.name}`).hidden = each !== open;
const begin = async () => {
  const linked = await unpacked(location.hash);
  if (linked) isFile = false;
  load(linked ?? { text: facts.text, isFile });
  if (!linked && location.hash.length > 1) note("This link's text cannot be read.");
  turn(open);
};
begin();
