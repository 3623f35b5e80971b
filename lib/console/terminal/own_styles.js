/**
 * Lets xterm.js have its styles without the page's policy letting in any other: it makes `style` elements and
 * attributes, which `style-src` refuses, and which are taken here as what scripts may set.
 */
export function ownStyles() {
  const make = document.createElement.bind(document);
  document.createElement = (name, ...others) => {
    // An element that has no style of its own, which is not asked about then.
    return name === "style" ? withSheet(make("template")) : make(name, ...others);
  };
  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value;
    else set.call(this, name, value);
  };
}

/** Puts into a sheet of the document what is written into an element. */
function withSheet(element) {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", { set: (text) => sheet.replaceSync(text) });
  Object.defineProperty(element, "sheet", { get: () => sheet });
  return element;
}
