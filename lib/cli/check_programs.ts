import type { RouteConfig } from "../route_config.ts";
import { programsIn } from "../handlers/programs_in.ts";
import { kindNamed } from "../handlers/registry.ts";
import { propertiesOf } from "../options/views.ts";
import { programFault } from "../process/program_fault.ts";
import { pathOf, type ProgramPathOptions } from "../process/program_path.ts";
import { restraintOf } from "../process/restraint.ts";

/** A line for each program in a folder of programs that the system could not run. */
export function checkPrograms(routes: readonly RouteConfig[]): string[] {
  const lines = routes.flatMap(({ handler, words: [folder = ""], values }) => {
    const { runs, argument, options } = kindNamed(handler);
    if (!runs || argument?.kind !== "word") return [];
    const said = propertiesOf(options, values) as ProgramPathOptions;
    const { passEnv, env, cwd } = said;
    const path = pathOf({ passEnv, env });
    const restraint = restraintOf(said);
    const programs = programsIn(Deno.realPathSync(folder)) ?? [];
    return programs.flatMap((program) => {
      const fault = programFault(program, { cwd, path, restraint });
      return fault ? [`Cannot run "${program}": ${fault}`] : [];
    });
  });
  return [...new Set(lines)];
}
