import { byId } from "./dom.js";
import { formatSize } from "./format.js";
import { History } from "./history.js";
import { loadHistory, saveHistory } from "./history_store.js";
import { compactJson, prettyJson } from "./json_format.js";
import { parseJson } from "./json_tree.js";

/** The field for what is to be sent: text, JSON that is checked, or a file as one binary message. */
export class Composer {
  #send;
  #history = new History(loadHistory());

  /**
   * @param {(data: string | Uint8Array) => boolean} send Answers whether the connection was open.
   */
  constructor(send) {
    this.#send = send;
    const field = byId("message");
    field.addEventListener("keydown", (event) => this.#pressed(event));
    field.addEventListener("input", () => this.#tell(""));
    byId("file").addEventListener("change", () => this.#showFile());
    byId("format").addEventListener("click", () => this.#format());
    for (const mode of document.getElementsByName("mode")) {
      mode.addEventListener("change", () => this.#showMode());
    }
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#showMode();
  }

  get #mode() {
    return document.querySelector("[name=mode]:checked").value;
  }

  async #submit() {
    this.#tell("");
    if (this.#mode === "file") return await this.#submitFile();
    const field = byId("message");
    const text = this.#mode === "json" ? this.#checked(field.value) : field.value;
    if (text === undefined) return;
    if (!this.#send(text)) return this.#tell("Not sent: the connection is not open");
    this.#history.add(field.value);
    saveHistory(this.#history.items);
    field.value = "";
  }

  async #submitFile() {
    const [file] = byId("file").files;
    if (!file) return this.#tell("Choose a file first");
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (!this.#send(bytes)) this.#tell("Not sent: the connection is not open");
    } catch (error) {
      this.#tell(`Cannot read "${file.name}": ${error.message}`);
    }
  }

  /** The JSON on one line, because programs read lines; undefined if it is none. */
  #checked(text) {
    const { fault } = parseJson(text);
    if (!fault) return compactJson(text);
    const { message, line, column, offset } = fault;
    this.#tell(`Not sent: line ${line}, column ${column}: ${message}`);
    const field = byId("message");
    field.focus();
    field.setSelectionRange(offset, offset + 1);
    return undefined;
  }

  #format() {
    const field = byId("message");
    this.#tell("");
    if (this.#checked(field.value) !== undefined) field.value = prettyJson(field.value);
  }

  #pressed(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      byId("composer").requestSubmit();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { value, selectionStart, selectionEnd } = byId("message");
    if (selectionStart !== selectionEnd) return;
    // In a text of several lines the arrows move the caret first, as in a shell.
    if (event.key === "ArrowUp" && !value.slice(0, selectionStart).includes("\n")) {
      this.#recall(event, this.#history.back(value));
    } else if (event.key === "ArrowDown" && !value.slice(selectionEnd).includes("\n")) {
      this.#recall(event, this.#history.forward());
    }
  }

  #recall(event, text) {
    if (text === undefined) return;
    event.preventDefault();
    const field = byId("message");
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    this.#tell("");
  }

  #showMode() {
    const mode = this.#mode;
    byId("message").hidden = mode === "file";
    byId("file-field").hidden = mode !== "file";
    byId("format").hidden = mode !== "json";
    byId("message").placeholder = mode === "json" ? '{"type": "hello"}' : "Message";
    this.#tell("");
  }

  #showFile() {
    const [file] = byId("file").files;
    byId("file-size").textContent = file ? `${formatSize(file.size)}, sent as one message` : "";
    this.#tell("");
  }

  #tell(text) {
    byId("send-error").textContent = text;
    byId("message").setAttribute("aria-invalid", String(text !== ""));
  }
}
