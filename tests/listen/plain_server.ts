/**
 * Serves WebSockets of the runtime with nothing of ours around them, and prints what happens, a line each. It ends
 * with its input.
 */
const encoder = new TextEncoder();

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
  const { pathname } = new URL(request.url);
  say(`request ${pathname}`);
  // The client has time to leave, and the runtime none to see it.
  if (pathname === "/late") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.onopen = () => say("open");
  socket.onmessage = ({ data }) => say(`message ${data.length} ${data.slice(0, 10)}`);
  socket.onclose = ({ code }) => say(`close ${code}`);
  return response;
});
say(`port ${server.addr.port}`);
for await (const _ of Deno.stdin.readable);
Deno.exit();
