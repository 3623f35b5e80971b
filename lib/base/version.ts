import project from "../../deno.json" with { type: "json" };

/** The program's name. */
export const NAME = "stdws";

/** The program's version, as deno.json says it. */
export const VERSION: string = project.version;

/** The name and version that programs are told, `SERVER_SOFTWARE` of RFC 3875 §4.1.17. */
export const SERVER_SOFTWARE = `${NAME}/${VERSION}`;
