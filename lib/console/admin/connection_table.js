import { button, byId, element, setText } from "../dom.js";
import { formatCount, formatSize, formatTime } from "../format.js";
import { orderConnections } from "./connection_order.js";

/** Rows that are drawn; a filter finds the others. */
const ROWS = 300;

/** The table of those who are connected. */
export class ConnectionTable {
  #connections = [];
  #total = 0;
  #matching = 0;
  #order = { text: "", by: "since", descending: true };
  /** By the id of the connection: a row stays the same element, so that its button keeps the focus. */
  #rows = new Map();
  #end;

  /** @param {(connection: object) => void} end Is asked to end one. */
  constructor(end) {
    this.#end = end;
    byId("filter").addEventListener("input", ({ target }) => this.#sort({ text: target.value }));
    for (const head of document.querySelectorAll("th[data-by]")) {
      head.querySelector("button").addEventListener("click", () => {
        const by = head.dataset.by;
        const same = by === this.#order.by;
        // What is large, and who came last, is what people look for first.
        const descending = same ? !this.#order.descending : head.dataset.first === "descending";
        this.#sort({ by, descending });
      });
    }
  }

  /**
   * Shows those who are connected now.
   *
   * @param {{ total: number, matching: number, connections: object[] }} list As `/connections` tells.
   */
  show({ total, matching, connections }) {
    this.#total = total;
    this.#matching = matching;
    this.#connections = connections;
    this.#draw();
  }

  #sort(change) {
    this.#order = { ...this.#order, ...change };
    for (const head of document.querySelectorAll("th[data-by]")) {
      const sorted = head.dataset.by === this.#order.by;
      if (sorted) head.ariaSort = this.#order.descending ? "descending" : "ascending";
      else head.removeAttribute("aria-sort");
    }
    this.#draw();
  }

  #draw() {
    const found = orderConnections(this.#connections, this.#order);
    const drawn = found.slice(0, ROWS);
    const body = byId("rows");
    const focused = document.activeElement;
    const ids = new Set(drawn.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    drawn.forEach((connection, index) => {
      const row = this.#rows.get(connection.id) ?? this.#make(connection);
      row.update(connection);
      if (body.children[index] !== row.element) {
        body.insertBefore(row.element, body.children[index]);
      }
    });
    if (focused !== document.activeElement && focused?.isConnected) focused.focus();
    setText(byId("counts"), this.#countsOf(found.length, drawn.length));
    byId("empty").hidden = drawn.length > 0;
    byId("empty").textContent = this.#total === 0
      ? "Nobody is connected."
      : "None of them matches.";
  }

  #countsOf(found, drawn) {
    const of = formatCount(this.#total);
    const listed = this.#connections.length;
    const isPart = this.#matching > listed;
    const shown = drawn < found || isPart ? `, ${formatCount(drawn)} are shown` : "";
    // The server has looked for the same, or all of them are here.
    const match = isPart && found === listed ? this.#matching : found;
    return this.#order.text
      ? `${formatCount(match)} of ${of} match${shown}`
      : `${of} connected${shown}`;
  }

  #make(first) {
    const { id, remote, path, route, user, pid, since } = first;
    const cell = (name, label, ...children) => {
      const made = element("td", name, ...children);
      made.dataset.label = label;
      return made;
    };
    const age = cell("age", "Since", "");
    age.title = `${new Date(since).toLocaleDateString()} ${formatTime(Date.parse(since))}`;
    const client = cell("client", "Client", element("span", "", remote));
    const at = cell("at", "Route", element("span", "", route));
    at.title = path;
    if (path !== route) at.append(element("small", "", path));
    const incoming = cell("amount received", "In", "");
    const outgoing = cell("amount sent", "Out", "");
    const queued = cell("amount", "Queued", "");
    const end = button("End", "end", () => this.#end(first));
    end.ariaLabel = `End the connection of ${remote} at ${path}`;
    const made = element(
      "tr",
      "",
      age,
      client,
      at,
      cell("user", "User", user ?? "–"),
      cell("pid", "PID", pid === null ? "–" : String(pid)),
      incoming,
      outgoing,
      queued,
      cell("", "", end),
    );
    const row = {
      element: made,
      update(now) {
        setText(age, ageOf(Date.now() - Date.parse(now.since)));
        setText(incoming, `${formatCount(now.messagesIn)} · ${formatSize(now.bytesIn)}`);
        setText(outgoing, `${formatCount(now.messagesOut)} · ${formatSize(now.bytesOut)}`);
        setText(queued, formatSize(now.queued));
      },
    };
    this.#rows.set(id, row);
    return row;
  }
}

/** A time in the two largest units that it is long in. */
function ageOf(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
