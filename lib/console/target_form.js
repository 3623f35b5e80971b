import { byId } from "./dom.js";
import { setUpRoutes } from "./route_form.js";
import { defaultTarget, parseProtocols, resolveTarget, splitQuery } from "./target.js";

/**
 * Fills the fields that say where to connect to, and keeps the result in sight.
 *
 * @returns {{ read: () => { url: string, protocols: string[] } | undefined }} `read` answers nothing
 *   where the fields make no URL, which they say.
 */
export function setUpTarget() {
  const url = byId("url");
  const query = byId("query");
  const protocols = byId("protocols");
  const start = defaultTarget(location, document.documentElement.dataset.console);
  url.value = start.url;
  query.value = start.query;

  function resolve() {
    const shown = byId("target");
    try {
      shown.textContent = resolveTarget(url.value, query.value, location.href);
      shown.className = "";
      return shown.textContent;
    } catch (error) {
      shown.textContent = error.message;
      shown.className = "error-text";
      return undefined;
    }
  }
  // A URL that is pasted brings its query along.
  url.addEventListener("change", () => {
    const parts = splitQuery(url.value);
    url.value = parts.url;
    if (parts.query !== undefined) query.value = parts.query;
    resolve();
  });
  for (const field of [url, query]) field.addEventListener("input", resolve);
  const routes = setUpRoutes((path, subprotocols) => {
    url.value = new URL(start.url).origin + path;
    if (subprotocols) {
      query.value = "";
      protocols.value = subprotocols.join(", ");
    }
    resolve();
  });
  url.addEventListener("input", () => routes.typed());
  // Where there is little room, what is seldom needed is behind this button.
  byId("more-fields").addEventListener("click", () => {
    const shown = byId("connection").classList.toggle("expanded");
    byId("more-fields").setAttribute("aria-expanded", String(shown));
  });
  resolve();
  return {
    read() {
      const resolved = resolve();
      return resolved && { url: resolved, protocols: parseProtocols(protocols.value) };
    },
  };
}
