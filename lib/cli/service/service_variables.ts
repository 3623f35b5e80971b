/** Variables by which a service manager such as systemd speaks to the process that it starts. */
const NAMES = [
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  "WATCHDOG_PID",
  "LISTEN_FDS",
  "LISTEN_PID",
  "LISTEN_FDNAMES",
  "LISTEN_PIDFDID",
] as const;

/** The values of those that are set. */
export type ServiceVariables = Readonly<Partial<Record<typeof NAMES[number], string>>>;

/**
 * Takes these variables out of the environment: they are for this process, and no program that it starts is to
 * take itself for it (sd_listen_fds(3), sd_notify(3)).
 */
export function takeServiceVariables(): ServiceVariables {
  const variables: Partial<Record<typeof NAMES[number], string>> = {};
  for (const variable of NAMES) {
    // Asks nobody: who has not allowed them knows of no service manager.
    if (Deno.permissions.querySync({ name: "env", variable }).state !== "granted") continue;
    const value = Deno.env.get(variable);
    if (value === undefined) continue;
    Deno.env.delete(variable);
    if (value !== "") variables[variable] = value;
  }
  return variables;
}
