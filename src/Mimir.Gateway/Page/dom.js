// Elements. Text always goes in as text: nothing here reads markup.
const svgNamespace = "http://www.w3.org/2000/svg";

const fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(c => c !== null && c !== undefined));
  return element;
};

export const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const draw = (tag, attributes, ...children) => fill(document.createElementNS(svgNamespace, tag), attributes, children);
export const get = id => document.getElementById(id);

// Sets text only where it differs, so that nothing flickers and selections stay.
export const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };

// One line for screen readers; seldom, never token by token.
export const announce = text => {
  const region = get("announcer");
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 60);
};
