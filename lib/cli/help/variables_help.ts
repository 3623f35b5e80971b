import { NAME } from "../../base/version.ts";
import { LAYERED } from "../../handlers/flags.ts";
import { variableOf } from "../environment.ts";
import { flagSynopsis } from "../flag_table.ts";
import { columns, paragraph, section } from "./layout.ts";

/** The lines about the variables of the environment. */
export function variablesHelp(): string[] {
  return [
    `STDWS_PORT=8080 ${NAME} COMMAND`,
    ...paragraph(
      "The environment can say most of what options can. The command line comes before the configuration file, the file before the variables, and these before the defaults, for each option by itself; routes add up in this order. An option that can be repeated has a value on each line of its variable.",
    ),
    ...section(
      "Variables",
      columns([
        ["STDWS_CONFIG", "--config=FILE"],
        ...LAYERED.map((flag) => [variableOf(flag), flagSynopsis(flag)] as const),
      ]),
    ),
    ...section(
      "For both, server and client",
      columns([
        ["NO_COLOR", "No colours at a terminal"],
        ["DENO_CERT", "A file of authorities, PEM, whose certificates the client trusts"],
      ]),
    ),
    ...section("Example", [`  STDWS_PORT=8080 STDWS_LOGLEVEL=info ${NAME} -- ls -l`]),
  ];
}
