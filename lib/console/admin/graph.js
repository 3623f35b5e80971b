import { byId, element } from "../dom.js";
import { drawing } from "./drawing.js";

const HEIGHT = 40;

/**
 * Makes a graph, which is empty: its parts are found by its id, as `connections-now`.
 *
 * @param {object} graph
 * @param {string} graph.id
 * @param {string} graph.title
 * @param {string} graph.label Says to who does not see it what is drawn; default: the title.
 * @param {string} graph.out Where it is there, there are two values: one upward, one below the middle.
 */
export function makeGraph({ id, title, label = title, out }) {
  const nows = out
    ? [amount(`${id}-now`, "received", "in", "↓"), amount(`${id}-out-now`, "sent", "out", "↑")]
    : [named(`${id}-now`, "now")];
  const paths = out
    ? [bars(`${id}-bars`, "received"), bars(`${id}-out-bars`, "sent")]
    : [bars(`${id}-bars`, "single")];
  const axis = drawing("path", { class: "axis", d: `M0 ${spanOf(out)}h300` });
  const shape = { viewBox: `0 0 300 ${HEIGHT}`, preserveAspectRatio: "none" };
  byId("graphs").append(element(
    "figure",
    "",
    element("figcaption", "", element("span", "title", title), ...nows),
    drawing("svg", { ...shape, role: "img", "aria-label": label }, axis, ...paths),
    element("p", "words", "peak ", named(`${id}-peak`)),
  ));
}

/** The height of a value that is as large as the largest, and where it begins, from above. */
export const spanOf = (out) => out ? HEIGHT / 2 : HEIGHT;

function named(id, className = "") {
  const made = element("span", className, "–");
  made.id = id;
  return made;
}

function amount(id, className, word, arrow) {
  const sign = element("span", "", arrow);
  sign.ariaHidden = "true";
  return element(
    "span",
    `now ${className}`,
    element("span", "visually-hidden", word),
    sign,
    " ",
    named(id),
  );
}

function bars(id, className) {
  return drawing("path", { id, class: className, d: "" });
}
