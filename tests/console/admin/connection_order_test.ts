import { assertEquals } from "@std/assert";
import { orderConnections } from "../../../lib/console/admin/connection_order.js";

const CONNECTIONS = [
  {
    id: "a",
    remote: "192.0.2.1",
    path: "/chat/x",
    route: "/chat/:room",
    user: null,
    pid: null,
    since: "1",
    queued: 5,
  },
  {
    id: "b",
    remote: "192.0.2.2",
    path: "/run",
    route: "/run",
    user: "Zoë",
    pid: 77,
    since: "2",
    queued: 0,
  },
  {
    id: "c",
    remote: "host.example",
    path: "/run",
    route: "/run",
    user: "adam",
    pid: 9,
    since: "3",
    queued: 5,
  },
];

const CASES: [
  how: string,
  options: { text?: string; by?: string; descending?: boolean },
  ids: string,
][] = [
  ["the latest first", { by: "since", descending: true }, "cba"],
  ["numbers by their size", { by: "pid" }, "cba"],
  ["those without a number first where large comes first", { by: "pid", descending: true }, "abc"],
  ["names, nobody last", { by: "user" }, "bca"],
  ["equal ones as they came", { by: "queued", descending: true }, "acb"],
  ["of a client", { text: "EXAMPLE" }, "c"],
  ["of a path", { text: "chat/x" }, "a"],
  ["of a route", { text: ":room" }, "a"],
  ["of a user, in any case", { text: " zoË " }, "b"],
  ["of a process", { text: "77" }, "b"],
  ["of nobody", { text: "nobody" }, ""],
  ["of what is unknown, which is no text", { text: "null" }, ""],
  ["of no pattern", { text: ".*" }, ""],
];
for (const [how, { text = "", by = "since", descending = false }, ids] of CASES) {
  Deno.test(`orderConnections() lists ${how}`, () => {
    const listed = orderConnections(CONNECTIONS, { text, by, descending });
    assertEquals(listed.map(({ id }) => id).join(""), ids);
  });
}
