import { type Browser, fileOf, type PageOptions } from "../../support/browser.ts";
import { ConsolePage } from "./console_page.ts";
import { Peer } from "./peer.ts";

const STATUS = {
  type: "status",
  room: "kitchen",
  sensors: [{ id: "t-1", celsius: 21.5, ok: true }, { id: "t-2", celsius: null, ok: false }],
  next: { after: "2025-06-01T12:00:00Z", tries: 3 },
};

/** A console that shows something of everything, and the server that it talks to. */
export class Demo implements AsyncDisposable {
  readonly view: ConsolePage;
  readonly #peer: Peer;

  private constructor(view: ConsolePage, peer: Peer) {
    this.view = view;
    this.#peer = peer;
  }

  /** Opens the page and has a conversation. */
  static async open(browser: Browser, url: string, options: PageOptions): Promise<Demo> {
    const peer = new Peer();
    const view = await ConsolePage.open(browser, url, options);
    const more = view.page.locator("#more-fields");
    if (await more.isVisible()) await more.click();
    await view.page.fill("#protocols", "telemetry.v2");
    await view.page.fill("#query", "room=kitchen&since=5m");
    if (await more.isVisible()) await more.click();
    await view.connectTo(`${peer.url}live`);
    const { socket } = await peer.next();
    await view.send("hello");
    socket.send("welcome, visitor 7");
    await view.until("received-messages", "1");
    await view.mode("json");
    await view.send('{"subscribe": ["kitchen", "hall"], "interval": 0.5}');
    for (let n = 1; n <= 6; n++) {
      socket.send(JSON.stringify({ type: "reading", n, celsius: 20 + n / 8 }));
    }
    socket.send(JSON.stringify(STATUS));
    socket.send("left\u202ethgir and NUL\0 are named\nas is a new line");
    await view.until("received-messages", "9");
    await view.mode("file");
    const file = "The bytes of a file, as they went out and as they came back.\n\xff";
    await view.page.setInputFiles("#file", fileOf("frame.bin", new TextEncoder().encode(file)));
    await view.page.click("#send");
    await view.until("sent-messages", "3");
    socket.send(Uint8Array.from({ length: 144 }, (_, i) => i * 5));
    await view.until("received-messages", "10");
    await view.row("received", "binary").waitFor();
    return new Demo(view, peer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer[Symbol.asyncDispose]();
  }
}
