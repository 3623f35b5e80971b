import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

type Rows = readonly [origin: string | undefined, status: number, host?: string][];

const NO_RULES: Rows = [
  [undefined, 101],
  ["null", 101],
  ["file://", 101],
  ["http://anything.org", 101],
  ["chrome-extension://abc", 101],
];

// Without another one, the Host is example.com:8080.
const SAME: Rows = [
  ["http://example.com:8080", 101],
  ["https://example.com:8080", 101],
  ["http://EXAMPLE.com:8080", 101],
  ["http://example.com", 403],
  ["http://example.com:8081", 403],
  ["http://other.com:8080", 403],
  ["http://www.example.com:8080", 403],
  ["http://example.com:8080.evil.org", 403],
  ["http://example.com:8080@evil.org", 403],
  ["http://evil.org/example.com:8080", 403],
  ["example.com:8080", 403],
  ["nonsense", 403],
  ["null", 403],
  ["file://", 403],
  ["", 403],
  [undefined, 403],
  ["http://example.com", 101, "example.com"],
  ["http://example.com:80", 101, "example.com"],
  ["http://example.com", 101, "example.com:80"],
  // A proxy in front ends TLS, and passes on the name alone.
  ["https://example.com", 101, "example.com"],
  ["https://example.com:8443", 101, "example.com"],
  ["https://evil.org", 403, "example.com"],
  ["https://example.com", 101, "example.com:443"],
  ["http://[::1]:99", 101, "[::1]:99"],
  ["http://[::1]:98", 403, "[::1]:99"],
];

const LIST = "example.com,https://secure.org,ported.net:8080,http://both.io:81,eighty.de:80,[::1]";
const LISTED: Rows = [
  ["http://example.com", 101],
  ["https://example.com", 101],
  ["http://example.com:9999", 101],
  ["http://EXAMPLE.COM", 101],
  ["ws://example.com", 403],
  ["file://example.com", 403],
  ["chrome-extension://example.com", 403],
  ["http://evilexample.com", 403],
  ["http://example.com.evil.org", 403],
  ["http://example.com@evil.org", 403],
  ["http://evil.org/example.com", 403],
  ["https://secure.org", 101],
  ["https://secure.org:8443", 101],
  ["http://secure.org", 403],
  ["http://ported.net:8080", 101],
  ["https://ported.net:8080", 101],
  ["http://ported.net", 403],
  ["http://ported.net:80", 403],
  ["http://both.io:81", 101],
  ["https://both.io:81", 403],
  ["http://both.io", 403],
  ["http://eighty.de", 101],
  ["http://eighty.de:80", 101],
  ["https://eighty.de", 403],
  ["http://eighty.de:81", 403],
  ["http://[::1]:3000", 101],
  ["http://[::2]:3000", 403],
  ["nonsense", 403],
  ["null", 403],
  ["file://", 403],
  ["", 403],
  [undefined, 403],
];

const BOTH: Rows = [
  ["http://example.com:8080", 101],
  ["http://example.com", 403],
  ["http://both.io:81", 403],
  ["http://both.io:81", 101, "both.io:81"],
  ["http://evil.org", 403, "evil.org"],
  ["null", 403],
  [undefined, 403],
];

const TABLES: [options: string[], rows: Rows][] = [
  [[], NO_RULES],
  [["--sameorigin=false"], NO_RULES],
  [["--sameorigin"], SAME],
  [[`--origin=${LIST}`], LISTED],
  [["--sameorigin", `--origin=${LIST}`], BOTH],
];

for (const [options, rows] of TABLES) {
  const title = `stdws ${["--echo", ...options].join(" ")} decides by Origin and Host`;
  testEach(title, async (form) => {
    await using server = await TestServer.start([...options, "--echo"], { form });
    for (const [origin, status, host = "example.com:8080"] of rows) {
      const headers = { Origin: origin, Host: host };
      using client = await RawClient.request(server.url, { headers });
      assertEquals(client.answer.status, status, `${origin} at ${host}`);
    }
  });
}
