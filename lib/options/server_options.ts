import type { Option } from "./option.ts";
import { ACCESS, REVERSE_LOOKUP, SAME_ORIGIN } from "./tables/access_options.ts";
import { ANSWERS } from "./tables/answer_options.ts";
import { AWAY } from "./tables/away_options.ts";
import { BUS } from "./tables/bus_options.ts";
import { LIMITS } from "./tables/limit_options.ts";
import { LIFETIME, LISTENING, TLS, UNIX_SOCKET } from "./tables/listen_options.ts";
import { MESSAGES, OLD_FRAMINGS } from "./tables/message_options.ts";
import { ADMIN, LOG } from "./tables/operator_options.ts";
import { RECORDING } from "./tables/record_options.ts";
import { FORWARDING, PROXY_PROTOCOL } from "./tables/proxy_options.ts";
import { RESUME } from "./tables/resume_options.ts";
import { HANDLERS, MODULES, PAGES } from "./tables/serve_options.ts";
import { WORDS_ONLY } from "./tables/words_only_options.ts";

const [AUTH, AUTHPASS, ORIGIN, ...OTHERS] = ACCESS;
const [PORT, ADDRESS, REDIRPORT, ENGINE] = LISTENING;
const [TRUST_PROXY, PROXY_HEADERS, BASE_PATH] = FORWARDING;

/** The server's own options, in the order of the help; those of handlers that it has as well come behind. */
export const SERVER_OPTIONS = [
  ...HANDLERS,
  ...MODULES,
  ...PAGES,
  PORT,
  ADDRESS,
  ...UNIX_SOCKET,
  REDIRPORT,
  ENGINE,
  ...TLS,
  ...LIFETIME,
  ...BUS,
  ...OLD_FRAMINGS,
  ...MESSAGES,
  ...RECORDING,
  ...RESUME,
  ...AWAY,
  ...LIMITS,
  AUTH,
  AUTHPASS,
  TRUST_PROXY,
  PROXY_HEADERS,
  PROXY_PROTOCOL,
  BASE_PATH,
  ORIGIN,
  SAME_ORIGIN,
  ...OTHERS,
  REVERSE_LOOKUP,
  ...ANSWERS,
  ...LOG,
  ...ADMIN,
  ...WORDS_ONLY,
] as const satisfies readonly Option[];
