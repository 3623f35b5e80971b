/**
 * Serves WebSockets of the runtime with nothing of ours around them, and prints what happens, a line each. It ends
 * with its input. Its argument is a file, as long as which is there nobody who asks for `/late` gets an answer.
 */
const encoder = new TextEncoder();
const [held = ""] = Deno.args;
const still = new Int32Array(new SharedArrayBuffer(4));

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

function isHeld(): boolean {
  try {
    return Deno.statSync(held).isFile;
  } catch {
    return false;
  }
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
  const { pathname } = new URL(request.url);
  say(`request ${pathname}`);
  // The client leaves meanwhile, and the runtime has no turn to see it.
  if (pathname === "/late") { while (isHeld()) Atomics.wait(still, 0, 0, 10); }
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.onopen = () => say("open");
  socket.onmessage = ({ data }) => say(`message ${data.length} ${data.slice(0, 10)}`);
  socket.onclose = ({ code }) => say(`close ${code}`);
  return response;
});
say(`port ${server.addr.port}`);
for await (const _ of Deno.stdin.readable);
Deno.exit();
