/**
 * Finds an element of the page.
 *
 * @param {string} id
 * @returns {any} The element; the page and its program are served as one, so it is there.
 */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Shows a text, unless it is there: one that is written again is a change to whoever has the page read aloud.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Makes an element. Strings become text, never markup.
 *
 * @param {string} tag
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * Makes a button that submits nothing.
 *
 * @param {string} label
 * @param {string} className
 * @param {() => void} press
 * @returns {any}
 */
export function button(label, className, press) {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}
