import { Rpc } from "./rpc.js";

const find = (id) => document.getElementById(id);

const server = new Rpc("mcp", () => {});
server.closed.then((why) => find("status").textContent = why);
await server.opened;
const { serverInfo } = await server.ask("initialize", {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "a page", version: "1.0.0" },
});
server.tell("notifications/initialized");
const { tools } = await server.ask("tools/list");
find("tools").append(...tools.map(formOf));
find("status").textContent = `connected to ${serverInfo.name}`;

/** A form with a field for each argument of a tool. */
function formOf({ name, description, inputSchema }) {
  const form = element("form", { ariaLabel: name }, [
    element("h2", { textContent: name }),
    element("p", { textContent: description }),
    ...Object.entries(inputSchema.properties).map(fieldOf),
    element("button", { textContent: `Call ${name}` }),
  ]);
  form.onsubmit = (event) => {
    event.preventDefault();
    call(name, argumentsOf(form, inputSchema));
  };
  return form;
}

function fieldOf([name, schema]) {
  const isNumber = schema.type === "integer" || schema.type === "number";
  const input = element("input", {
    name,
    type: isNumber ? "number" : "text",
    required: true,
    autocomplete: "off",
    min: schema.minimum ?? "",
    max: schema.maximum ?? "",
    value: schema.default ?? "",
  });
  return element("label", { textContent: `${name} ` }, [input]);
}

function argumentsOf(form, { properties }) {
  return Object.fromEntries(
    Object.keys(properties).map((name) => {
      const { type, value, valueAsNumber } = form.elements.namedItem(name);
      return [name, type === "number" ? valueAsNumber : value];
    }),
  );
}

async function call(name, args) {
  const { content, isError } = await server.ask("tools/call", { name, arguments: args })
    .catch(({ message }) => ({ content: [{ type: "text", text: message }], isError: true }));
  for (const { type, text } of content) {
    // As text, never as HTML: a tool may have it from anywhere.
    const said = `${name}${isError ? " failed" : ""}: ${type === "text" ? text : type}`;
    const line = element("p", { textContent: said });
    find("log").append(line);
    line.scrollIntoView();
  }
}

function element(name, properties, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
