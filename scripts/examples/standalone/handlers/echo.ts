import type { Handler } from "@stdws/stdws";

/** Served at /echo: answers what it gets, and leaves after "Goodbye". */
export default {
  open(connection) {
    return {
      message(data) {
        connection.send(data);
        if (data === "Goodbye") connection.close(1000, "Goodbye");
      },
    };
  },
} satisfies Handler;
