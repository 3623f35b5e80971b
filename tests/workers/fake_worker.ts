/**
 * A worker that serves nothing: while there is a file at its first argument, it never comes to serve.
 *
 * @module
 */
import { joinParent } from "../../lib/workers/join_parent.ts";
import { takeWorkerVariable } from "../../lib/workers/worker_variable.ts";

const [held = ""] = Deno.args;
const { control } = await joinParent(takeWorkerVariable() ?? "");
control.hear((order) => {
  if (order.kind === "ping") {
    control.say({ kind: "pong", connections: 0, requests: 0, quietMs: 0 });
  } else if (order.kind === "reload") control.say({ kind: "reloaded" });
  else Deno.exit(0);
});
const isHeld = await Deno.stat(held).then(() => true, () => false);
if (!isHeld) control.say({ kind: "ready", lines: [], addresses: [], shutdownMs: 100 });
