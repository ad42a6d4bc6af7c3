"use strict";
// What depends on the sizes of the input: expressions, as the language writes them.

const model = JSON.parse(document.getElementById("model").textContent);
const sizes = { ...model.sizes };

const floor = (a, b) => (b ? Math.floor(a / b) : NaN);
const worked = (text) => {
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

// Each text is worked out once for what the sizes are.
const values = new Map();
const value = (text) => {
  if (!values.has(text)) values.set(text, worked(text));
  return values.get(text);
};
const resize = (name, size) => {
  sizes[name] = size;
  values.clear();
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

const costs = (node) => node.cost.map(value);
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const priced = (found) => {
  const said = found.map((many, at) => [many, ["parameters", "MACs", "bytes"][at]]);
  return said.filter(([many]) => many > 0).map(([many, word]) => `${grouped(many)} ${word}`).join(", ");
};
