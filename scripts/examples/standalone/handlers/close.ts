import type { Handler } from "@stdws/stdws";

/** Served at /close: closes with the code and the reason that it gets, such as "4001 enough". */
export default {
  open(connection) {
    return {
      message(data) {
        const [, code = "1003", reason] = /^(\d+) ?(.*)$/s.exec(String(data)) ?? [];
        connection.close(Number(code), reason);
      },
    };
  },
} satisfies Handler;
