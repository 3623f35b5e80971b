import { element } from "./dom.js";
import { hexLines } from "./hex.js";
import { showInParts } from "./parts.js";

/**
 * Shows bytes as a hex dump.
 *
 * @param {Uint8Array} bytes
 * @param {number} width The bytes of a line.
 * @returns {HTMLElement}
 */
export function hexView(bytes, width) {
  const view = element("div", "hex-view");
  showInParts(view, {
    total: bytes.length,
    step: 4096,
    most: 65_536,
    unit: "bytes",
    show(from, to) {
      const fragment = document.createDocumentFragment();
      for (const { offset, hex, ascii } of hexLines(bytes, { from, to, width })) {
        fragment.append(element(
          "div",
          "",
          element("span", "hex-offset", offset),
          ` ${hex}  `,
          element("span", "hex-ascii", ascii),
        ));
      }
      return fragment;
    },
  });
  return view;
}
