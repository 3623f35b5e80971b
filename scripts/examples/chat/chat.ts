// deno-lint-ignore-file no-console -- whoever runs the server shall see who comes and goes
import type { Handler } from "@stdws/stdws";

let last = 0;

/** A chat room: what somebody says is pushed to everyone. */
export default {
  open(connection) {
    const id = ++last;
    connection.join("chat");
    console.log(`${id} came`);
    return {
      message(data) {
        // Bytes are no text.
        if (typeof data === "string") connection.publish("chat", `from${id}: ${data}`);
      },
      close(code) {
        console.log(`${id} left with ${code}`);
      },
    };
  },
} satisfies Handler;
