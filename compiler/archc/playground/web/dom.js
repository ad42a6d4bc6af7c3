// Elements. User text goes in as text, never as markup.

const by = (id) => document.getElementById(id);

const make = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

// What messages have between backticks is a word of the text.
const spoken = (message) => message.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));

const remembered = (text) => JSON.parse(by(text).textContent);

// Offsets of the checker are those of characters, the editor's those of UTF-16 units.
const toUnits = (text) => {
  if (!/[\ud800-\udfff]/.test(text)) return (offset) => Math.min(offset, text.length);
  const starts = [];
  let at = 0;
  for (const letter of text) {
    starts.push(at);
    at += letter.length;
  }
  return (offset) => starts[offset] ?? text.length;
};
const toCharacters = (text, unit) => [...text.slice(0, unit)].length;
