/**
 * The control row: what stdws does, in plain Deno, without stdws. A process per connection, each
 * message a line of its input, each line of its output a message; no checks, limits, log or signals. Or one
 * process for all clients; or none, and each message goes to all others.
 *
 *     deno run -A scripts/bench/control.ts PORT process COMMAND…
 *     deno run -A scripts/bench/control.ts PORT shared COMMAND…
 *     deno run -A scripts/bench/control.ts PORT broadcast
 *
 * @module
 */

const [port, kind = "process", command = "cat", ...args] = Deno.args;
// Below this much output that waits for the client, the process is read on.
const HIGH_WATER_MARK = 1 << 20;
const LARGEST_READ = 64 * 1024;
const encoder = new TextEncoder();

/** The clients of `shared` and `broadcast`. */
const clients = new Set<WebSocket>();
const attach = { process: attachProcess, shared: attachShared(), broadcast: attachSpeaker }[kind];

Deno.serve({ port: Number(port), hostname: "127.0.0.1", onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  attach?.(socket);
  return response;
});

function spawn() {
  return new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
}

function attachProcess(socket: WebSocket): void {
  const child = spawn();
  socket.onopen = async () => {
    await sendLines(child.stdout, [socket]);
    const { code } = await child.status;
    if (socket.readyState === WebSocket.OPEN) socket.close(code === 0 ? 1000 : 4000 + code);
  };
  const { write, end } = feeder(child.stdin);
  socket.onmessage = (event) => write(event.data);
  socket.onclose = end;
}

function attachShared(): (socket: WebSocket) => void {
  let input: ReturnType<typeof feeder> | undefined;
  return (socket) => {
    enter(socket);
    if (input === undefined) {
      const child = spawn();
      input = feeder(child.stdin);
      sendLines(child.stdout, clients);
    }
    const { write } = input;
    socket.onmessage = (event) => write(event.data);
  };
}

function attachSpeaker(socket: WebSocket): void {
  enter(socket);
  socket.onmessage = (event) => {
    for (const client of clients) if (client !== socket) client.send(event.data);
  };
}

function enter(socket: WebSocket): void {
  socket.onopen = () => clients.add(socket);
  socket.onclose = () => clients.delete(socket);
}

/** Writes messages as lines; what arrives during a write shares the next one. */
function feeder(stdin: WritableStream<Uint8Array>) {
  const writer = stdin.getWriter();
  let pending = "";
  let writing = false;
  async function flush(): Promise<void> {
    writing = true;
    while (pending !== "") {
      const bytes = encoder.encode(pending);
      pending = "";
      await writer.write(bytes);
    }
    writing = false;
  }
  // A process that has ended reads no more: there is nobody left to tell.
  const ignore = () => {};
  return {
    write(data: string): void {
      pending += `${data}\n`;
      if (!writing) flush().catch(ignore);
    },
    end: () => writer.close().catch(ignore),
  };
}

/** Sends the lines of a stream as messages, no faster than each client takes them. */
async function sendLines(
  stdout: ReadableStream<Uint8Array>,
  sockets: Iterable<WebSocket>,
): Promise<void> {
  const reader = stdout.getReader({ mode: "byob" });
  const decoder = new TextDecoder();
  let buffer = new Uint8Array(4096);
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read(buffer);
    if (done) break;
    const text = rest + decoder.decode(value, { stream: true });
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      sendTo(sockets, text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
    const full = value.length === value.buffer.byteLength;
    buffer = new Uint8Array(full ? new ArrayBuffer(LARGEST_READ) : value.buffer);
    for (const socket of sockets) {
      while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount > HIGH_WATER_MARK) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }
  if (rest !== "") sendTo(sockets, rest);
}

function sendTo(sockets: Iterable<WebSocket>, line: string): void {
  for (const socket of sockets) if (socket.readyState === WebSocket.OPEN) socket.send(line);
}
