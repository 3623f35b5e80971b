import { NAME } from "../base/version.ts";

/** The ways to call the program. */
export const SYNOPSIS = `Usage: ${NAME} [options] COMMAND [args…]
       ${NAME} [options] --route=R | --dir=DIR | --echo | --broadcast
       ${NAME} [options] --staticdir=DIR | --cgidir=DIR | --connect=URL
`;

/** The short usage, for whoever made a mistake. */
export const USAGE = `${SYNOPSIS}Try '${NAME} --help' for the options.\n`;
