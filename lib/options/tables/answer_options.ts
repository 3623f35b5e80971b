import type { Option } from "../option.ts";

export const ANSWERS = [
  {
    name: "header",
    kind: "headers",
    value: "H",
    repeat: true,
    client: true,
    group: "Answers",
    doc: "Add the header “Name: value” to all answers, with --connect to the request; repeatable",
  },
  {
    name: "header-ws",
    kind: "headers",
    value: "H",
    repeat: true,
    group: "Answers",
    doc: "Add the header “Name: value” only to answers that open a WebSocket; repeatable",
  },
  {
    name: "header-http",
    kind: "headers",
    value: "H",
    repeat: true,
    group: "Answers",
    doc: "Add the header “Name: value” only to answers that open none; repeatable",
  },
] as const satisfies readonly Option[];
