import { assertEquals } from "@std/assert";
import { tcpAddresses, type TcpOptions } from "../../lib/listen/tcp_addresses.ts";

const CASES: [what: string, options: TcpOptions, addresses: (string | undefined)[]][] = [
  ["nothing", {}, [undefined]],
  ["a port", { port: 0 }, [undefined]],
  ["addresses", { addresses: ["::1", "a.example"] }, ["::1", "a.example"]],
  ["no addresses", { addresses: [] }, [undefined]],
  ["a Unix socket", { unixSocket: {} }, []],
  ["a Unix socket and a port", { unixSocket: {}, port: 80 }, [undefined]],
  ["a Unix socket and a port that redirects", { unixSocket: {}, redirectPort: 80 }, [undefined]],
  ["a Unix socket and an address", { unixSocket: {}, addresses: ["::1"] }, ["::1"]],
  ["an inherited socket", { sockets: [{}] }, []],
  ["an inherited socket and a port", { sockets: [{}], port: 80 }, [undefined]],
];
for (const [what, options, addresses] of CASES) {
  Deno.test(`tcpAddresses() listens with ${what} at ${JSON.stringify(addresses)}`, () => {
    assertEquals(tcpAddresses(options), addresses);
  });
}
