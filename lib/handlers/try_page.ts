// @ts-types="../base/std.d.ts"
import { escape } from "npm:deno-std@1.4.0/html/entities.js";

const ROOMS = "ROOMS";

/** The page of the edge app: tries echo and chat with what a browser has. */
const TRY_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>stdws</title>
<link rel="stylesheet" href="/try.css">
<main>
  <h1>stdws</h1>
  <p>Two WebSocket endpoints: <code>/echo</code> sends back what it gets, <code>/chat/ROOM</code> sends
  it to everybody in the room. Open this page twice to chat with yourself.</p>
  <p id="rooms">${ROOMS}</p>
  <form id="connect">
    <label>Endpoint <input id="path" value="/echo" list="paths" autocomplete="off"></label>
    <datalist id="paths"><option value="/echo"><option value="/chat/lobby"></datalist>
    <button>Connect</button> <output id="state">not connected</output>
  </form>
  <form id="send">
    <label>Message <input id="text" autocomplete="off"></label>
    <button disabled>Send</button>
  </form>
  <ol id="log" aria-live="polite"></ol>
</main>
<script src="/try.js"></script>
</html>
`;

/** The page's style, for light and dark, wide and narrow. */
const TRY_STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 1rem 0; }
label { flex: 1 1 16rem; display: flex; gap: .5rem; align-items: center; }
input { flex: 1; min-width: 8rem; font: inherit; padding: .25rem .5rem; }
button { font: inherit; padding: .25rem 1rem; }
ol { list-style: none; padding: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.sent::before { content: "→ "; } .received::before { content: "← "; } .note { opacity: .7; }
`;

/** The page's program. */
const TRY_SCRIPT = `const $ = (id) => document.getElementById(id);
let socket;
function note(kind, text) {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  $("log").prepend(item);
}
function show(state) {
  $("state").textContent = state;
  $("send").querySelector("button").disabled = state !== "connected";
}
$("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket) { socket.onclose = null; socket.close(); }
  const url = new URL($("path").value, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const mine = socket = new WebSocket(url);
  show("connecting");
  mine.onopen = () => show("connected");
  mine.onmessage = ({ data }) => note("received", typeof data === "string" ? data : data.size + " bytes");
  mine.onclose = ({ code, reason }) => {
    show("not connected");
    note("note", ("closed " + code + " " + reason).trim());
  };
});
$("send").addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.send($("text").value);
  note("sent", $("text").value);
  $("text").value = "";
});
`;

const FILES: Record<string, readonly [type: string, body: string]> = {
  "/": ["text/html; charset=utf-8", TRY_PAGE],
  "/try.css": ["text/css; charset=utf-8", TRY_STYLE],
  "/try.js": ["text/javascript; charset=utf-8", TRY_SCRIPT],
};

/**
 * Answers with the page or its parts; undefined for any other path or method.
 *
 * @param rooms A sentence about what a room is one of.
 */
export function tryPage(method: string, path: string, rooms: string): Response | undefined {
  const file = FILES[path];
  if (!file || !["GET", "HEAD"].includes(method)) return undefined;
  // A function, because a text may have patterns in it.
  const body = file[1].replace(ROOMS, () => escape(rooms));
  return new Response(method === "HEAD" ? null : body, {
    headers: {
      "Content-Type": file[0],
      // Nothing from elsewhere, nothing inline; the sockets are the server's own.
      "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
