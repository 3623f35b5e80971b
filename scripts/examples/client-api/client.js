const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
const SHOWN = 200; // lines of the log

const find = (id) => document.getElementById(id);
let socket;
let most = 0;

function connect({ path }) {
  // Beside this page, whatever its host and port are: http becomes ws, https becomes wss.
  const url = new URL(path.value, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  note("call", `new WebSocket("${url}")`);
  socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  most = 0;
  for (const type of ["open", "message", "error", "close"]) {
    socket.addEventListener(type, (event) => {
      note(type, describe(event));
      refresh();
    });
  }
}

function describe(event) {
  switch (event.type) {
    case "open":
      return `protocol "${socket.protocol}", extensions "${socket.extensions}"`;
    case "message":
      return `data: ${literal(event.data)}`;
    case "error":
      return "(what it was is kept from pages)";
    case "close":
      return `code ${event.code}, reason ${literal(event.reason)}, wasClean ${event.wasClean}`;
  }
}

function send({ message }, { value: how }) {
  const bytes = new TextEncoder().encode(message.value);
  if (how === "text") sendOne(message.value);
  if (how === "bytes") sendOne(bytes);
  // One after the other without a pause: they wait in the browser, which bufferedAmount tells.
  if (how === "much") { for (let n = 0; n < 16; n++) sendOne(new Uint8Array(65536)); }
}

function sendOne(data) {
  socket.send(data);
  most = Math.max(most, socket.bufferedAmount);
  note("call", `send(${literal(data)}) → bufferedAmount ${socket.bufferedAmount}`);
}

function close({ code, reason }) {
  note("call", `close(${code.value}, ${literal(reason.value)})`);
  socket.close(Number(code.value), reason.value);
}

/** Shows data as a program would have it. */
function literal(data) {
  if (typeof data === "string") return JSON.stringify(data);
  const start = [...new Uint8Array(data.buffer ?? data, 0, Math.min(data.byteLength, 16))];
  const hex = start.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `${data.constructor.name} of ${data.byteLength}: ${hex}${
    data.byteLength > 16 ? " …" : ""
  }`;
}

function note(kind, text) {
  const line = document.createElement("p");
  line.className = kind;
  const name = document.createElement("b");
  name.textContent = kind;
  line.append(name, " ", text);
  const log = find("log");
  log.append(line);
  if (log.childElementCount > SHOWN) log.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
}

function refresh() {
  const { readyState, bufferedAmount } = socket;
  find("ready-state").textContent = `${readyState} ${STATES[readyState]}`;
  find("ready-state").dataset.state = STATES[readyState];
  find("buffered-amount").textContent = bufferedAmount.toLocaleString("en");
  find("most").textContent = most.toLocaleString("en");
  // No event tells that it falls; after the end it never does.
  if (bufferedAmount > 0 && readyState !== WebSocket.CLOSED) requestAnimationFrame(refresh);
  for (const button of document.querySelectorAll("form button")) button.disabled = false;
  document.querySelector("#connect button").disabled = readyState !== WebSocket.CLOSED;
}

for (const action of [connect, send, close]) {
  find(action.name).addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      action(event.target.elements, event.submitter);
    } catch (error) {
      note("exception", `${error.name}: ${error.message}`);
    }
    if (socket) refresh();
  });
}
find("clear").onclick = () => find("log").replaceChildren();
