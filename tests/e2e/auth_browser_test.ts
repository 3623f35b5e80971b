import { assertEquals } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { Passwords } from "../support/passwords.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";

const TOKEN = "s3cret-0123456789";

/** A page that says what a WebSocket of its own server says, and which subprotocol that has. */
const PAGE = `<!doctype html><title>page</title><link rel="icon" href="data:,"><script>
function connect(path, protocols) {
  return new Promise((resolve) => {
    const socket = new WebSocket("ws://" + location.host + path, protocols);
    let text = "";
    socket.onmessage = ({ data }) => text += data;
    socket.onclose = ({ code }) => resolve([text, socket.protocol, code]);
  });
}
</script>`;

async function serving(
  form: Form,
  argsFor: (folder: string) => Promise<string[]> | string[],
  test: (server: TestServer, browser: Browser) => Promise<void>,
): Promise<void> {
  await using files = await Scripts.write({ "pages/index.html": "", tokens: `ann:${TOKEN}` });
  const { folder } = files;
  await Deno.writeTextFile(`${folder}/pages/index.html`, PAGE);
  const args = [...await argsFor(folder), `--staticdir=${folder}/pages`];
  const says = ["--", "sh", "-c", 'echo "$REMOTE_USER"'];
  await using server = await TestServer.start([...args, ...says], { form });
  await using browser = await Browser.launch();
  await test(server, browser);
}

testEach("stdws lets in a page that sends its token as a subprotocol", async (form) => {
  const args = (folder: string) => [
    `--route=/ws=process?auth=token:${folder}/tokens sh -c 'echo "$REMOTE_USER"'`,
    `--route=/chat=process?auth=token:${folder}/tokens&subprotocol=chat sh -c 'echo "$REMOTE_USER"'`,
  ];
  await serving(form, args, async (server, browser) => {
    const page = await browser.open(server.url.replace("ws:", "http:"));
    for (
      const [path, protocols, expected] of [
        ["/ws", ["bearer", TOKEN], ["ann", "bearer", 1000]],
        ["/chat", ["chat", "bearer", TOKEN], ["ann", "chat", 1000]],
        ["/chat", ["bearer", TOKEN], ["ann", "bearer", 1000]],
      ] as const
    ) {
      const call = `connect(${JSON.stringify(path)}, ${JSON.stringify(protocols)})`;
      assertEquals<unknown>(await page.evaluate(call), expected);
    }
  });
}, ["chromium"]);

testEach("stdws lets in a page whose browser was asked for a password", async (form) => {
  await using passwords = await Passwords.make({ jane: "my s3cret" });
  await serving(form, () => [`--auth=basic:${passwords.path}`], async (server, browser) => {
    const { context } = browser;
    await context.setHTTPCredentials({ username: "jane", password: "my s3cret" });
    const page = await browser.open(server.url.replace("ws:", "http:"));
    assertEquals<unknown>(await page.evaluate('connect("/")'), ["jane", "", 1000]);
  });
}, ["chromium", "htpasswd"]);
