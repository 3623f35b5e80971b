/**
 * The control row: what stdws does, in plain Deno, without stdws. A process per connection, each
 * message a line of its input, each line of its output a message; no checks, limits, log or signals.
 *
 *     deno run -A scripts/bench/control.ts PORT COMMAND…
 *
 * @module
 */

const [port, command = "cat", ...args] = Deno.args;
// Below this much output that waits for the client, the process is read on.
const HIGH_WATER_MARK = 1 << 20;
const LARGEST_READ = 64 * 1024;
const encoder = new TextEncoder();

Deno.serve({ port: Number(port), hostname: "127.0.0.1", onListen() {} }, (request) => {
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.onopen = async () => {
    await sendLines(child.stdout, socket);
    const { code } = await child.status;
    if (socket.readyState === WebSocket.OPEN) socket.close(code === 0 ? 1000 : 4000 + code);
  };
  feed(child.stdin, socket);
  return response;
});

/** Writes the messages of a socket as lines; what arrives during a write shares the next one. */
function feed(stdin: WritableStream<Uint8Array>, socket: WebSocket): void {
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
  socket.onmessage = (event) => {
    pending += `${event.data}\n`;
    if (!writing) flush().catch(ignore);
  };
  socket.onclose = () => writer.close().catch(ignore);
}

/** Sends the lines of a stream as messages, no faster than the client takes them. */
async function sendLines(stdout: ReadableStream<Uint8Array>, socket: WebSocket): Promise<void> {
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
      if (socket.readyState === WebSocket.OPEN) socket.send(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
    const full = value.length === value.buffer.byteLength;
    buffer = new Uint8Array(full ? new ArrayBuffer(LARGEST_READ) : value.buffer);
    while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount > HIGH_WATER_MARK) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  if (rest !== "" && socket.readyState === WebSocket.OPEN) socket.send(rest);
}
