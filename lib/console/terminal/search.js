/**
 * Searches what the terminal has shown.
 *
 * @param {any} terminal
 * @param {any} addon
 * @param {Record<"form" | "text" | "found" | "before" | "close" | "opener", any>} parts
 * @returns {() => void} Opens it.
 */
export function setUpSearch(terminal, addon, { form, text, found, before, close, opener }) {
  const options = {
    decorations: {
      matchBackground: "#ffe08a",
      matchOverviewRuler: "#b98900",
      activeMatchBackground: "#ffb04d",
      activeMatchColorOverviewRuler: "#b9202a",
    },
  };
  const find = (backwards, incremental = false) => {
    if (text.value === "") {
      addon.clearDecorations();
      found.value = "";
    } else if (backwards) addon.findPrevious(text.value, options);
    else addon.findNext(text.value, { ...options, incremental });
  };
  addon.onDidChangeResults(({ resultIndex, resultCount }) => {
    if (text.value === "") found.value = "";
    else if (resultCount === 0) found.value = "Nothing found";
    else found.value = `${resultIndex + 1} of ${resultCount}`;
  });
  const show = (shown) => {
    form.hidden = !shown;
    opener.setAttribute("aria-expanded", String(shown));
    if (shown) {
      text.focus();
      text.select();
      return find(false, true);
    }
    addon.clearDecorations();
    terminal.focus();
  };
  opener.addEventListener("click", () => show(form.hidden));
  close.addEventListener("click", () => show(false));
  before.addEventListener("click", () => find(true));
  text.addEventListener("input", () => find(false, true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find(false);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
    else if (event.key === "Enter" && event.shiftKey) find(true);
    else return;
    event.preventDefault();
  });
  return () => show(true);
}
