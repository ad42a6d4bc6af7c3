// The picture, made of the tree that the page knows.

const by = (id) => document.getElementById(id);
const opened = new Set();

const make = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};

const kindOf = (node) => {
  const heat = by("heat").value;
  if (!heat || node.kind === "end" || node.kind === "parameter") return node.kind;
  const place = ["parameters", "macs", "memory"].indexOf(heat);
  const whole = value(model.totals[place]);
  const share = whole ? value(node.cost[place]) / whole : 0;
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
  const element = known(make("div", `box kind-${kindOf(node)}`), node, path);
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
    const element = known(make("div", `box ref kind-${kindOf(node)}`), node, path);
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
    case "u": return ushape(node, prefix);
    default: {
      const tap = make("div", node.training ? "tap training" : "tap");
      tap.append(make("div", "past"), chain(node.chain, prefix));
      return tap;
    }
  }
};

// ``inner``: with arrows at its ends; ``flowing``: the shape that is said on the arrow into it.
const chain = (nodes, prefix, inner, flowing) => {
  const row = make("div", "chain");
  let before = flowing || "";
  row.last = before;
  nodes.forEach((node, at) => {
    if (at || inner || before) row.append(arrow(node.k !== "tap" && node.kind !== "end" ? before : "", node.k === "tap"));
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
  by("total").textContent = priced(model.totals.map(value));
  joinLevels();
  search();
  if (kept) {
    const again = boxes().find((one) => one.dataset.path === kept);
    if (again) again.focus({ preventScroll: true });
  }
};

const boxes = () => [...by("picture").querySelectorAll("[data-path][tabindex]")];
