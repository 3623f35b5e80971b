import { assertEquals } from "@std/assert";
import { agreeOnCompression } from "../../lib/gate/agree_on_compression.ts";

const [NAME, SERVER, CLIENT, SERVER_BITS, CLIENT_BITS] = [
  "permessage-deflate",
  "server_no_context_takeover",
  "client_no_context_takeover",
  "server_max_window_bits",
  "client_max_window_bits",
];
const NEITHER = `${SERVER}; ${CLIENT}`;

/** What is offered where messages do not refer to others, and what is answered. */
const OFFERS: [offered: string | null, answer: string | undefined][] = [
  [null, undefined],
  ["", undefined],
  ["permessage-bzip2", undefined],
  ["x-webkit-deflate-frame", undefined],
  ["Permessage-Deflate", undefined],
  // As browsers offer it.
  [`${NAME}; ${CLIENT_BITS}`, NEITHER],
  [NAME, NEITHER],
  [`permessage-bzip2, ${NAME}`, NEITHER],
  [`${NAME}; ${SERVER}; ${CLIENT}`, NEITHER],
  [`${NAME}; ${CLIENT_BITS}=8`, NEITHER],
  [`${NAME}; ${CLIENT_BITS}="10"`, NEITHER],
  [`${NAME}; ${SERVER_BITS}=15`, `${NEITHER}; ${SERVER_BITS}=15`],
  [`${NAME}; ${SERVER_BITS}="1\\0"`, `${NEITHER}; ${SERVER_BITS}=9`],
  [
    `${NAME}; ${SERVER_BITS}=9; ${CLIENT_BITS}; ${CLIENT}; ${SERVER}`,
    `${NEITHER}; ${SERVER_BITS}=9`,
  ],
  // An offer that cannot be kept is declined, and the next one counts.
  [`${NAME}; ${SERVER_BITS}=8`, undefined],
  [
    `${NAME}; ${SERVER_BITS}=8, ${NAME}; ${SERVER_BITS}=12, ${NAME}`,
    `${NEITHER}; ${SERVER_BITS}=9`,
  ],
  [`${NAME}; unknown, ${NAME}`, NEITHER],
  ...[
    "unknown",
    "unknown=1",
    "__proto__",
    "hasOwnProperty=1",
    "server_max_window_bits",
    "server_max_window_bits=7",
    "server_max_window_bits=16",
    "server_max_window_bits=010",
    "server_max_window_bits=1e1",
    "server_max_window_bits=+9",
    "server_max_window_bits=-9",
    "server_max_window_bits=",
    'server_max_window_bits=""',
    "server_max_window_bits=9; server_max_window_bits=9",
    "client_max_window_bits=7",
    "client_max_window_bits=16",
    "client_max_window_bits=x",
    "client_max_window_bits; client_max_window_bits",
    "client_max_window_bits=9; client_max_window_bits=9",
    "server_no_context_takeover=1",
    "server_no_context_takeover=true",
    "server_no_context_takeover; server_no_context_takeover",
    "client_no_context_takeover=0",
    "client_no_context_takeover; client_no_context_takeover",
  ].map((params): [string, undefined] => [`${NAME}; ${params}`, undefined]),
];
for (const [offered, answer] of OFFERS) {
  Deno.test(`agreeOnCompression() answers ${JSON.stringify(offered)} with ${answer}`, () => {
    const found = agreeOnCompression(offered, {});
    assertEquals(found?.answer, answer && `${NAME}; ${answer}`);
    if (found) assertEquals([found.serverContext, found.clientContext], [false, false]);
  });
}

/** Options, an offer, the parameters of the answer, and the bits of both sides, `c` where messages refer to others. */
const TERMS: [bits: number, context: boolean, params: string, answer: string, terms: string][] = [
  [15, true, "", "", "15c 15c"],
  [15, true, `; ${CLIENT_BITS}`, "", "15c 15c"],
  [15, true, `; ${CLIENT_BITS}=10`, `; ${CLIENT_BITS}=10`, "15c 10c"],
  [15, true, `; ${CLIENT_BITS}=8`, `; ${CLIENT_BITS}=8`, "15c 8c"],
  [15, true, `; ${SERVER}`, `; ${SERVER}`, "15 15c"],
  [15, true, `; ${CLIENT}`, `; ${CLIENT}`, "15c 15"],
  [15, true, `; ${SERVER_BITS}=11`, `; ${SERVER_BITS}=11`, "11c 15c"],
  [12, true, "", `; ${SERVER_BITS}=12`, "12c 15c"],
  [12, true, `; ${CLIENT_BITS}`, `; ${SERVER_BITS}=12; ${CLIENT_BITS}=12`, "12c 12c"],
  [12, true, `; ${CLIENT_BITS}=10`, `; ${SERVER_BITS}=12; ${CLIENT_BITS}=10`, "12c 10c"],
  [12, true, `; ${SERVER_BITS}=15`, `; ${SERVER_BITS}=12`, "12c 15c"],
  [12, false, `; ${SERVER_BITS}=12`, `; ${NEITHER}; ${SERVER_BITS}=12`, "12 15"],
  [12, false, `; ${CLIENT_BITS}`, `; ${NEITHER}; ${SERVER_BITS}=12`, "12 12"],
  [9, false, "", `; ${NEITHER}; ${SERVER_BITS}=9`, "9 15"],
];
for (const [compressBits, compressContext, params, answer, terms] of TERMS) {
  const options = { compressBits, compressContext };
  Deno.test(`agreeOnCompression() by ${JSON.stringify(options)} answers "${params}" with "${answer}"`, () => {
    const found = agreeOnCompression(NAME + params, options);
    assertEquals(found?.answer, NAME + answer);
    const sides = [
      `${found?.serverBits}${found?.serverContext ? "c" : ""}`,
      `${found?.clientBits}${found?.clientContext ? "c" : ""}`,
    ];
    assertEquals(sides.join(" "), terms);
  });
}

const LEAST: [compressMin: number | undefined, params: string, least: number][] = [
  [undefined, "", 32],
  [undefined, `; ${SERVER}`, 256],
  [undefined, `; ${CLIENT}`, 32],
  [0, "", 0],
  [7, `; ${SERVER}`, 7],
];
for (const [compressMin, params, least] of LEAST) {
  Deno.test(`agreeOnCompression() compresses from ${least} bytes on, of ${compressMin} and "${params}"`, () => {
    const options = {
      compressContext: true,
      ...(compressMin === undefined ? {} : { compressMin }),
    };
    assertEquals(agreeOnCompression(NAME + params, options)?.least, least);
  });
}
