import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Permissions } from "../../base/permissions.ts";
import { splitCommand } from "../../base/split_command.ts";
import type { AuthKind } from "../../options/auths.ts";
import { defaultPassEnv } from "../../process/environment.ts";
import { needsOfCommand } from "../../handlers/needs.ts";
import type { Authenticator } from "./authenticator.ts";
import { WORKER_FOLDER } from "./basic/verifier.ts";
import { targetOf, URL_START } from "./terms.ts";

/** One way to find out who a client is. */
export interface AuthenticatorKind {
  /**
   * Makes one of what stands behind its name, `KIND:REST`. It MUST start nothing that has to be ended before it is
   * asked for the first time.
   *
   * @throws {UsageError} If it cannot work.
   */
  make(rest: string): Promise<Authenticator>;
  /** Adds the permissions that Deno has to give for it. */
  needs(rest: string, permissions: Permissions): void;
}

/** All of them by their names: a new one has a row here, and one in the option. */
export const AUTHENTICATORS: Readonly<Record<AuthKind, AuthenticatorKind>> = {
  basic: {
    make: async (file) => (await import("./basic/basic.ts")).basic(file),
    needs(file, permissions) {
      readsFile(file, permissions);
      // The thread that verifies passwords is made of files, too.
      permissions.add("read", fileURLToPath(WORKER_FOLDER));
    },
  },
  token: {
    make: async (file) => (await import("./token.ts")).token(file),
    needs: readsFile,
  },
  jwt: {
    make: async (rest) => (await import("./jwt.ts")).jwt(rest),
    needs(rest, permissions) {
      const target = targetOf(rest);
      if (URL_START.test(target)) asks(target, permissions);
      else readsFile(target, permissions);
    },
  },
  program: {
    make: async (command) => (await import("./program.ts")).program(command),
    needs(command, permissions) {
      const passEnv = defaultPassEnv(Deno.build.os);
      const words = splitCommand(command, "auth=program");
      needsOfCommand({ words, values: { passEnv } }, permissions);
    },
  },
  forward: {
    make: async (rest) => (await import("./forward.ts")).forward(rest),
    needs: (rest, permissions) => asks(targetOf(rest), permissions),
  },
};

function asks(url: string, permissions: Permissions): void {
  const { protocol, hostname, port } = new URL(url);
  permissions.add("net", `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`);
}

function readsFile(file: string, permissions: Permissions): void {
  permissions.add("read", resolve(file));
}
