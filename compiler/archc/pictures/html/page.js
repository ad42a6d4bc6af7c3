// What a reader does: pointing, searching, other sizes, zoom and keys.

let zoom = 1;

// --- what is said of a box -----------------------------------------------------------------------

let told = null;
const tell = (element) => {
  told = element.archc;
  const { node, path } = told;
  const said = by("said");
  said.replaceChildren(make("div", "path", path || node.lines && node.lines[node.head] || node.sign || model.name));
  const line = (text, name) => said.append(make("div", name || "", text));
  for (const call of node.said.split("\n")) line(call);
  if (node.shape) {
    const good = runs(node.shape);
    line(`gives ${shown(node.shape)}  [${node.shape.join(", ")}]${good ? "" : "  does not run"}`, good ? "" : "bad");
  }
  line(priced(costs(node)));
  const field = model.fields[path];
  if (field) line(`sees ${field} of the input`);
  const [place] = node.at;
  if (place) line(`${model.files[place[0]].name}:${place[1]}`);
};

let shownFile = -1;
const read = (element) => {
  const { node } = element.archc;
  if (!node.at.length) return;
  const [file] = node.at[0];
  const pre = by("text");
  if (file !== shownFile) {
    pre.replaceChildren(...model.files[file].text.split("\n").map((line) => make("div", "", line)));
    shownFile = file;
  }
  [...pre.children].forEach((line) => line.classList.remove("here"));
  for (const [which, first, last] of node.at) {
    for (let at = first; which === file && at <= last; at += 1) pre.children[at - 1].classList.add("here");
  }
  const here = pre.querySelector(".here");
  if (here) pre.scrollTop = here.offsetTop - pre.offsetTop - pre.clientHeight / 3;
};

const toggle = (element) => {
  const { node, path } = element.archc;
  if (node.k !== "ref") return;
  if (!opened.delete(path)) opened.add(path);
  draw();
};

const all = () => {
  const walk = (nodes, prefix) => {
    for (const node of nodes) {
      if (node.k === "ref") {
        const path = below(prefix, node.path);
        opened.add(path);
        walk(model.blocks[node.block], path);
      } else if (node.k === "parallel") {
        for (const [inner] of node.lanes) walk(inner, prefix);
        walk([node.merge], prefix);
      } else if (node.k === "tangle") walk(node.items, prefix);
      else if (node.k === "u") walk([...node.levels.flatMap(inLevel), ...node.bottom], prefix);
      else if (node.chain) walk(node.chain, prefix);
    }
  };
  walk(model.chain, "");
  draw();
};

// --- search, sizes, zoom, keys -------------------------------------------------------------------

const search = () => {
  const word = by("search").value.trim().toLowerCase();
  const found = boxes().filter((element) => {
    const { node, path } = element.archc;
    const says = word && `${path}\n${node.said}\n${element.textContent}`.toLowerCase().includes(word);
    element.classList.toggle("found", Boolean(says));
    element.classList.toggle("dim", Boolean(word) && !says);
    return says;
  });
  by("found").textContent = word ? `${found.length} found` : "";
  return found;
};

for (const [name, size] of Object.entries(model.sizes)) {
  const label = make("label", "", `${name} `);
  const input = make("input");
  input.type = "number";
  input.min = "1";
  input.value = size;
  input.id = `size-${name}`;
  input.addEventListener("input", () => {
    const given = Number(input.value);
    const good = Number.isSafeInteger(given) && given > 0;
    input.classList.toggle("bad", !good);
    if (!good) return;
    resize(name, given);
    draw();
  });
  label.append(input);
  by("sizes").append(label);
}

const magnify = (to) => {
  zoom = Math.min(4, Math.max(0.1, to));
  by("picture").style.zoom = zoom;
};

const view = by("view");
const fit = () => {
  magnify(1);
  const picture = by("picture");
  const share = Math.min(view.clientWidth / picture.scrollWidth, view.clientHeight / picture.scrollHeight);
  magnify(Math.max(0.55, Math.min(1, share)));
};
let held = null;
view.addEventListener("pointerdown", (event) => {
  if (event.target.closest("[tabindex]") && event.target.closest("[tabindex]") !== view) return;
  held = [event.clientX, event.clientY, view.scrollLeft, view.scrollTop];
  view.classList.add("held");
});
addEventListener("pointermove", (event) => {
  if (!held) return;
  view.scrollLeft = held[2] - event.clientX + held[0];
  view.scrollTop = held[3] - event.clientY + held[1];
});
addEventListener("pointerup", () => { held = null; view.classList.remove("held"); });
view.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  magnify(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
}, { passive: false });

const pointed = (event) => event.target.closest && event.target.closest("[data-path][tabindex]");
by("picture").addEventListener("pointerover", (event) => { const one = pointed(event); if (one) tell(one); });
by("picture").addEventListener("focusin", (event) => { const one = pointed(event); if (one) tell(one); });
by("picture").addEventListener("click", (event) => {
  const one = pointed(event);
  if (one) { tell(one); read(one); toggle(one); }
});
by("search").addEventListener("input", search);
by("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") { const [first] = search(); if (first) { first.focus(); first.scrollIntoView({ block: "center", inline: "center" }); } }
});
by("heat").addEventListener("change", draw);
by("open").addEventListener("click", all);
by("close").addEventListener("click", () => { opened.clear(); draw(); });
by("smaller").addEventListener("click", () => magnify(zoom / 1.25));
by("larger").addEventListener("click", () => magnify(zoom * 1.25));
by("fit").addEventListener("click", fit);

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { by("search").value = ""; search(); document.activeElement.blur(); return; }
  if (event.target.matches("input, select")) return;
  const one = pointed(event);
  const next = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (one && (event.key === "Enter" || event.key === " ")) { read(one); toggle(one); }
  else if (event.key === "/") by("search").focus();
  else if (next) { const there = boxes(); const to = there[there.indexOf(one) + next]; if (to) to.focus(); }
  else if (event.key === "+") magnify(zoom * 1.25);
  else if (event.key === "-") magnify(zoom / 1.25);
  else if (event.key === "0") magnify(1);
  else if (event.key === "f") fit();
  else if (event.key === "o") all();
  else if (event.key === "c") { opened.clear(); draw(); }
  else return;
  event.preventDefault();
});

draw();
fit();
