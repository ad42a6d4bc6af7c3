// A network that goes down and comes up again: a row for each level, skips straight across.

const inLevel = (level) => [level.left, level.down, level.skip, [level.merge], level.up, level.right].flat();

const piled = (name, nodes, prefix) => {
  const pile = make("div", `way ${name}`);
  pile.append(...nodes.map((node) => item(node, prefix)));
  return pile;
};

const ushape = (node, prefix) => {
  const element = make("div", "u");
  const side = (name, inner) => {
    const cell = make("div", name);
    cell.append(inner);
    element.append(cell);
    return cell;
  };
  for (const level of node.levels) {
    side("left", chain(level.left, prefix));
    const over = side("over", chain(level.skip, prefix));
    const last = level.left[level.left.length - 1];
    if (!level.skip.length && last.shape) over.prepend(make("div", "size", shown(last.shape)));
    side("right", item(level.merge, prefix)).append(chain(level.right, prefix, false, level.merge.shape && shown(level.merge.shape)));
    element.append(piled("down", level.down, prefix), make("div"), piled("up", level.up, prefix));
  }
  side("left", chain(node.bottom, prefix));
  return element;
};

// Lines between what stands in different cells are drawn once it is known where these are.

const SVG = "http://www.w3.org/2000/svg";
const drawn = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, said] of Object.entries(attributes)) element.setAttribute(key, said);
  return element;
};

const joined = (u) => {
  const whole = u.getBoundingClientRect();
  const scale = whole.width / u.offsetWidth || 1;  // a page that is zoomed tells other lengths
  const place = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const [l, r] = [left, right].map((x) => (x - whole.left) / scale);
    const [t, b] = [top, bottom].map((y) => (y - whole.top) / scale);
    return { l, r, t, b, x: (l + r) / 2, y: (t + b) / 2 };
  };
  const ends = (cell) => {
    const row = [...cell.children].flatMap((one) => (one.matches(".chain") ? [...one.children] : [one]));
    const things = row.filter((one) => !one.matches(".arrow, .size"));
    return things.length ? [place(things[0]), place(things[things.length - 1])] : null;
  };
  const lines = drawn("svg", { class: "joints", "aria-hidden": "true" });
  const line = (points) => {
    const [end, before] = [points[points.length - 1], points[points.length - 2]];
    const [dx, dy] = [Math.sign(end[0] - before[0]), Math.sign(end[1] - before[1])];
    lines.append(drawn("polyline", { points: points.map((one) => one.join()).join(" ") }));
    const wing = (by) => [end[0] - 6 * dx + by * dy, end[1] - 6 * dy + by * dx];
    lines.append(drawn("polygon", { points: [end, wing(3), wing(-3)].map((one) => one.join()).join(" ") }));
  };
  // Straight where the one stands above the other, else with a bend half-way.
  const upright = (from, to, step) => {
    const [start, end] = step > 0 ? [from.b, to.t] : [from.t, to.b];
    const within = (one, x) => one.l + 4 < x && x < one.r - 4;
    const x = [to.x, from.x].find((one) => within(from, one) && within(to, one));
    const half = (start + end) / 2;
    line(x !== undefined ? [[x, start], [x, end]] : [[from.x, start], [from.x, half], [to.x, half], [to.x, end]]);
  };
  const way = (from, pile, to, step) => {
    const stops = [from, ...[...pile.children].map(place), to];
    stops.slice(1).forEach((stop, at) => upright(stops[at], stop, step));
  };
  const cells = [...u.children].filter((one) => !one.matches(".joints"));
  const levels = (cells.length - 1) / 6;
  for (let at = 0; at < levels; at += 1) {
    const [left, over, right, down, , up] = cells.slice(6 * at, 6 * at + 6);
    const [, last] = ends(left);
    const [merge] = ends(right);
    const skip = ends(over);
    if (skip) {
      line([[last.r, last.y], [skip[0].l, last.y]]);
      line([[skip[1].r, last.y], [merge.l, last.y]]);
    } else line([[last.r, last.y], [merge.l, last.y]]);
    const [below, end] = ends(cells[6 * at + 6]);
    const pile = place(down);
    down.style.transform = `translateX(${last.x - pile.x}px)`;  // below what it comes from
    way(last, down, below, 1);
    if (at + 1 < levels) way(ends(cells[6 * at + 8])[1], up, merge, -1);
    else {
      const first = up.children.length ? place(up.children[0]) : merge;  // the lowest of the pile
      const aim = first.l < merge.x && merge.x < first.r ? merge.x : first.x;
      line([[end.r, end.y], [aim, end.y], [aim, first.b]]);
      way(first, { children: [...up.children].slice(1) }, merge, -1);
    }
  }
  u.append(lines);
};

const joinLevels = () => by("picture").querySelectorAll(".u").forEach((u) => {
  u.querySelectorAll(":scope > .joints").forEach((one) => one.remove());
  joined(u);
});
