import { ask } from "./ask.js";
import { byId, element } from "./dom.js";
import { routeFields, routeParts, routePath } from "./route_path.js";
import { prefixOf } from "./target.js";

/**
 * Offers the routes of the server to pick from, with a field for each parameter.
 *
 * @param {(path: string, subprotocols?: string[]) => void} pick Is told of the path, as the browser has to ask for
 *   it, whenever it changes, and of the subprotocols of a route that was picked.
 * @returns {{ typed: () => void }} `typed` says that a person has typed another URL.
 */
export function setUpRoutes(pick) {
  const chooser = byId("route");
  const fields = byId("route-fields");
  let routes = [];
  let prefix = "";

  async function refresh() {
    const answer = await ask("routes");
    if (!answer) return;
    prefix = prefixOf(location.pathname, answer.path);
    const before = routes[chooser.value]?.path;
    const isNew = JSON.stringify(answer.routes) !== JSON.stringify(routes);
    if (!isNew) return;
    routes = answer.routes;
    // Where there is one for everything, there is nothing to pick.
    byId("routes").hidden = routes.every(({ path }) => path === "*");
    chooser.replaceChildren(new Option("pick one of the server’s routes", ""));
    routes.forEach((route, at) => chooser.append(new Option(labelOf(route), String(at))));
    const at = routes.findIndex(({ path }) => path === before);
    chooser.value = at < 0 ? "" : String(at);
    if (at < 0) fields.replaceChildren();
  }

  function choose() {
    const route = routes[chooser.value];
    if (!route) return fields.replaceChildren();
    const parts = routeParts(route.path);
    const values = {};
    fields.replaceChildren(
      ...routeFields(parts).map((field) =>
        fieldFor(field, (value) => {
          values[field.name] = value;
          pick(prefix + routePath(parts, values));
        })
      ),
    );
    pick(prefix + routePath(parts, values), route.subprotocols ?? []);
  }

  chooser.addEventListener("change", choose);
  // Whoever comes back from an editor may have changed them.
  addEventListener("focus", refresh);
  chooser.addEventListener("pointerdown", refresh);
  refresh();
  return {
    typed() {
      chooser.value = "";
      fields.replaceChildren();
    },
  };
}

function labelOf({ path, handler, framing }) {
  const kind = framing && framing !== "lines" ? `${handler}, ${framing}` : handler;
  const shown = path === "*" ? "* (any other path)" : path;
  return kind ? `${shown} · ${kind}` : shown;
}

function fieldFor({ name, hint, optional }, changed) {
  const input = element("input", "");
  Object.assign(input, { type: "text", placeholder: hint, required: !optional });
  Object.assign(input, { autocomplete: "off", autocapitalize: "off", spellcheck: false });
  input.addEventListener("input", () => changed(input.value));
  const label = /^\d+$/.test(name) ? "path" : name;
  return element("label", "field", element("span", "", label), input);
}
