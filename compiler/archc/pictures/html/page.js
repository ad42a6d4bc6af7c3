"use strict";
(() => {
const model = JSON.parse(document.getElementById("model").textContent);
const by = (id) => document.getElementById(id);
const sizes = { ...model.sizes };
const opened = new Set();
let zoom = 1;

const make = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};

// --- expressions of sizes, as the language writes them ------------------------------------------

const floor = (a, b) => (b ? Math.floor(a / b) : NaN);
const value = (text) => {
  const words = text.match(/\d+|[A-Za-z_]\w*|\/\/|\*\*|<=|>=|==|!=|[-+*%(),<>]/g) || [];
  let at = 0;
  const take = (word) => (words[at] === word ? (at += 1, true) : false);
  const atom = () => {
    const word = words[at++];
    if (word === "(") {
      const inside = choice();
      return take(")") ? inside : NaN;
    }
    if (/^\d/.test(word)) return Number(word);
    if ((word === "min" || word === "max") && take("(")) {
      const given = [choice()];
      while (take(",")) given.push(choice());
      return take(")") ? Math[word](...given) : NaN;
    }
    return Object.hasOwn(sizes, word) ? sizes[word] : NaN;
  };
  const sign = () => (take("-") ? -sign() : take("**") ? NaN : raised());
  const raised = () => {
    const base = atom();
    return take("**") ? base ** sign() : base;
  };
  const product = () => {
    let left = sign();
    for (;;) {
      if (take("*")) left *= sign();
      else if (take("//")) left = floor(left, sign());
      else if (take("%")) { const right = sign(); left -= right * floor(left, right); }
      else return left;
    }
  };
  const sum = () => {
    let left = product();
    for (;;) {
      if (take("+")) left += product();
      else if (take("-")) left -= product();
      else return left;
    }
  };
  const compare = { "<=": (a, b) => a <= b, ">=": (a, b) => a >= b, "<": (a, b) => a < b,
    ">": (a, b) => a > b, "==": (a, b) => a === b, "!=": (a, b) => a !== b };
  const test = () => {
    const left = sum();
    const word = words[at];
    if (!Object.hasOwn(compare, word)) return left;
    at += 1;
    return compare[word](left, sum());
  };
  const choice = () => {
    const then = test();
    if (!take("if")) return then;
    const chosen = test();
    const other = take("else") ? choice() : NaN;
    return chosen ? then : other;
  };
  const found = choice();
  return at === words.length ? found : NaN;
};

const extents = (shape) => shape.map(value);
const shown = (shape) => {
  const [first, ...rest] = shape.length > 1 ? extents(shape).slice(1) : extents(shape);
  if (first === undefined) return "scalar";
  const same = rest.length > 1 && rest.length < 4 && rest.every((one) => one === rest[0]);
  const said = same ? [first, `${rest[0]}${rest.length === 2 ? "\u00b2" : "\u00b3"}`] : [first, ...rest];
  return said.join(" \u00d7 ");
};
const runs = (shape) => extents(shape).every((one) => Number.isInteger(one) && one > 0);

// --- the picture ---------------------------------------------------------------------------------

const kindOf = (node, scale) => {
  const heat = by("heat").value;
  if (!heat || node.kind === "end" || node.kind === "parameter") return node.kind;
  const place = ["parameters", "macs", "memory"].indexOf(heat);
  const share = model.totals[place] ? node.cost[place] * scale / model.totals[place] : 0;
  return `heat${model.levels.filter((least) => share > least).length}`;
};

const below = (prefix, path) => (prefix && path ? `${prefix}.${path}` : path || prefix);

const known = (element, node, path) => {
  element.tabIndex = 0;
  element.dataset.path = node.path ? path : "";  // a function has no path of its own
  element.setAttribute("role", "button");
  element.archc = { node, path };
  return element;
};

const box = (node, prefix) => {
  const path = below(prefix, node.path);
  const ends = node.kind === "end";
  const element = known(make("div", `box kind-${kindOf(node, 1)}`), node, path);
  node.lines.forEach((line, at) => {
    if (at === node.head) element.append(make("b", "", node.times > 1 ? `${line} \u00d7 ${node.times}` : line));
    else if (!ends || !node.shape) element.append(make("div", "", line));
  });
  if (ends && node.shape) element.append(make("div", "size", shown(node.shape)));
  if (node.times > 1) element.classList.add("again");
  return element;
};

const block = (node, prefix) => {
  const path = below(prefix, node.path);
  const name = node.times > 1 ? `${node.name} \u00d7 ${node.times}` : node.name;
  if (!opened.has(path)) {
    const element = known(make("div", `box ref kind-${kindOf(node, 1)}`), node, path);
    if (node.label && !/^\d+$/.test(node.label)) element.append(make("div", "", node.label));
    element.append(make("b", "", name));
    element.setAttribute("aria-expanded", "false");
    if (node.times > 1) element.classList.add("again");
    return element;
  }
  const frame = make("div", "frame block");
  const title = known(make("div", "name", `\u2212 ${path} \u00b7 ${name}`), node, path);
  title.setAttribute("aria-expanded", "true");
  frame.append(title, chain(model.blocks[node.block], path));
  return frame;
};

const framed = (name, title, node, prefix, path) => {
  const frame = make("div", `frame ${name}`);
  frame.append(make("div", "name", title), chain(node.chain, prefix));
  if (path) frame.dataset.path = path;
  return frame;
};

const parallel = (node, prefix) => {
  const element = make("div", "parallel");
  const lanes = make("div", "lanes");
  for (const [inner, sourced] of node.lanes) {
    const lane = make("div", sourced ? "lane" : "lane begins");
    lane.append(make("div", "edge"), chain(inner, prefix, true), make("div", "edge"));
    lanes.append(lane);
  }
  element.append(lanes, arrow(""), item(node.merge, prefix));
  return element;
};

const tangle = (node, prefix) => {
  const frame = make("div", "frame times");
  const said = node.arcs.map(([from, to]) => `${from + 1} \u2192 ${to + 1}`).join(", ");
  frame.append(make("div", "name", `in no series: ${said}`));
  const row = make("div", "chain");
  node.items.forEach((one, at) => {
    if (at) row.append(arrow("", node.breaks.includes(at)));
    row.append(make("div", "size", String(at + 1)), item(one, prefix));
  });
  frame.append(row);
  return frame;
};

const arrow = (label, plain) => {
  const element = make("div", plain ? "arrow plain" : "arrow");
  if (label) element.append(make("span", "", label));
  return element;
};

const item = (node, prefix) => {
  switch (node.k) {
    case "box": return box(node, prefix);
    case "ref": return block(node, prefix);
    case "sign": return known(make("div", "sign", node.sign), node, below(prefix, node.path));
    case "parallel": return parallel(node, prefix);
    case "part": return framed("part", node.name, node, prefix, below(prefix, node.path));
    case "times": return framed("times", `\u00d7 ${node.count}`, node, prefix);
    case "tangle": return tangle(node, prefix);
    default: {
      const tap = make("div", node.training ? "tap training" : "tap");
      tap.append(make("div", "past"), chain(node.chain, prefix));
      return tap;
    }
  }
};

const chain = (nodes, prefix, inner) => {
  const row = make("div", "chain");
  let before = "";
  nodes.forEach((node, at) => {
    if (at || inner) row.append(arrow(at && node.k !== "tap" && node.kind !== "end" ? before : "", node.k === "tap"));
    row.append(item(node, prefix));
    if (node.k !== "tap" && node.shape) {
      const now = shown(node.shape);
      before = now === row.last || node.kind === "end" ? "" : now;
      row.last = now;
    }
  });
  if (inner) row.append(arrow("", true));
  return row;
};

const draw = () => {
  const kept = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.path : undefined;
  by("picture").replaceChildren(chain(model.chain, ""));
  search();
  if (kept) {
    const again = boxes().find((one) => one.dataset.path === kept);
    if (again) again.focus({ preventScroll: true });
  }
};

const boxes = () => [...by("picture").querySelectorAll("[data-path][tabindex]")];

// --- what is said of a box -----------------------------------------------------------------------

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

const tell = (element) => {
  const { node, path } = element.archc;
  const said = by("said");
  said.replaceChildren(make("div", "path", path || node.lines && node.lines[node.head] || node.sign || model.name));
  const line = (text, name) => said.append(make("div", name || "", text));
  for (const call of node.said.split("\n")) line(call);
  if (node.shape) {
    const good = runs(node.shape);
    line(`gives ${shown(node.shape)}  [${node.shape.join(", ")}]${good ? "" : "  does not run"}`, good ? "" : "bad");
  }
  const [parameters, macs, memory] = node.cost;
  const cost = [[parameters, "parameters"], [macs, "MACs"], [memory, "bytes"]];
  line(cost.filter(([many]) => many).map(([many, word]) => `${grouped(many)} ${word}`).join(", "));
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
    sizes[name] = given;
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
})();
