import { assertEquals } from "@std/assert";
import { readMetrics } from "../../../lib/console/admin/metrics.js";

const NOTHING = {
  connections: 0,
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  queued: 0,
  processes: 0,
  refused: 0,
  ready: false,
  version: "",
};
const CASES: [name: string, text: string, figures: Partial<typeof NOTHING>][] = [
  ["nothing", "", {}],
  ["routes", 'stdws_connections{route="/a"} 2\nstdws_connections{route="/b"} 3\n', {
    connections: 5,
  }],
  [
    "both directions",
    'stdws_messages_total{route="/a",direction="in"} 1\nstdws_messages_total{route="/a",direction="out"} 2\n' +
    'stdws_message_bytes_total{direction="in",route="/a"} 3e3\nstdws_message_bytes_total{direction="out"} 4\n',
    { messagesIn: 1, messagesOut: 2, bytesIn: 3000, bytesOut: 4 },
  ],
  [
    "handshakes but those that were accepted",
    [200, 101, 403, 429].map((status) => {
      return `stdws_handshakes_total{route="*",status="${status}"} ${status}\n`;
    }).join(""),
    { refused: 200 + 403 + 429 },
  ],
  [
    "a route that looks like a label",
    'stdws_messages_total{route="/\\"direction=\\"in\\"} 7",direction="out"} 2\n',
    {
      messagesOut: 2,
    },
  ],
  [
    "comments and other metrics",
    "# HELP stdws_ready x\n# TYPE stdws_ready gauge\nstdws_ready 1\nother 7\n",
    {
      ready: true,
    },
  ],
  ["the version", 'stdws_build_info{version="1.2.3",deno="2.9.6",engine="node"} 1\n', {
    version: "1.2.3",
  }],
];
for (const [name, text, figures] of CASES) {
  Deno.test(`readMetrics() reads ${name}`, () => {
    assertEquals(readMetrics(text), { ...NOTHING, ...figures });
  });
}
