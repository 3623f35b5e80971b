import { Rpc } from "./rpc.js";

const find = (id) => document.getElementById(id);
const text = find("text");
const uri = "file:///text.txt";
let version = 0;

const server = new Rpc("server", (method, params) => {
  if (method === "textDocument/publishDiagnostics") showProblems(params.diagnostics);
});
server.closed.then((why) => find("status").textContent = why);
await server.opened;
const { serverInfo } = await server.ask("initialize", {
  processId: null,
  rootUri: null,
  capabilities: {},
});
server.tell("initialized", {});
server.tell("textDocument/didOpen", {
  textDocument: { uri, languageId: "plaintext", version, text: text.value },
});
find("status").textContent = `connected to ${serverInfo.name}`;

text.oninput = async () => {
  server.tell("textDocument/didChange", {
    textDocument: { uri, version: ++version },
    contentChanges: [{ text: text.value }],
  });
  const asked = version;
  const words = await server.ask("textDocument/completion", {
    textDocument: { uri },
    position: positionOf(text.selectionStart),
  });
  // Of a text that has changed since nothing is shown.
  if (asked === version) showWords(words);
};

function showProblems(problems) {
  find("problems").replaceChildren(...problems.map(({ range, message }) => {
    const line = document.createElement("p");
    line.textContent = `Line ${range.start.line + 1}, ${range.start.character + 1}: ${message}`;
    return line;
  }));
}

function showWords(words) {
  find("words").replaceChildren(
    ...words.slice(0, 8).map(({ label }) => {
      const button = document.createElement("button");
      button.textContent = label;
      button.onclick = () => complete(label);
      return button;
    }),
  );
}

function complete(word) {
  const at = text.selectionStart;
  const [begun] = text.value.slice(0, at).match(/[\p{L}\p{N}_]*$/u);
  text.setRangeText(word, at - begun.length, at, "end");
  text.focus();
  text.dispatchEvent(new Event("input"));
}

/** Line and character, counted from 0 and in UTF-16, as strings are here. */
function positionOf(offset) {
  const lines = text.value.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1).length };
}
