import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { parseRedisUrl } from "../../lib/bus/redis/redis_terms.ts";

const DEFAULTS = {
  tls: false,
  database: 0,
  prefix: "stdws:",
  ttl: 5_000,
  retention: 300_000,
  maxlen: 1_000,
  maxbytes: 16_777_216,
};

Deno.test("parseRedisUrl() reads every part", () => {
  assertEquals(parseRedisUrl("redis://one"), {
    name: "redis://one:6379/0",
    host: "one",
    port: 6379,
    ...DEFAULTS,
  });
  assertEquals(
    parseRedisUrl(
      "rediss://joe:s%40cret@[::1]:7000/3?ca=/etc/ca.pem&prefix=a:&ttl=2s&retention=1m&maxlen=5&maxbytes=1M",
    ),
    {
      name: "rediss://[::1]:7000/3",
      host: "::1",
      port: 7000,
      tls: true,
      ca: "/etc/ca.pem",
      user: "joe",
      password: "s@cret",
      database: 3,
      prefix: "a:",
      ttl: 2_000,
      retention: 60_000,
      maxlen: 5,
      maxbytes: 1_048_576,
    },
  );
  assertEquals(parseRedisUrl("redis+unix://:pw@localhost/run/redis.sock?db=2"), {
    name: "redis+unix:///run/redis.sock?db=2",
    path: "/run/redis.sock",
    ...DEFAULTS,
    password: "pw",
    database: 2,
  });
});

const REFUSED: readonly (readonly [url: string, part: string])[] = [
  ["redis://joe:12#secret@one", "written with %"],
  ["redis://joe:12/secret@one", "written with %"],
  ["redis://joe:12?secret@one", "written with %"],
  ["redis://joe:12?ttl=secret@one", "written with %"],
  ["redis://:pw@one#part", "#"],
  ["nonsense", "no URL"],
  ["http://joe:secret@one", '"http"'],
  ["redis://joe:secret@one?ttl=5&x=1", 'ttl is "5"'],
  ["redis://joe:secret@one?ttl=fast", 'ttl is "fast"'],
  ["redis://joe:secret@one?retention=forever", 'retention is "forever"'],
  ["redis://joe:secret@one?maxlen=0", 'maxlen is "0"'],
  ["redis://joe:secret@one?maxbytes=1", 'maxbytes is "1"'],
  ["redis://joe:secret@one?prefix=a*", 'prefix is "a*"'],
  ["redis://joe:secret@one?prefix=", 'prefix is ""'],
  ["redis://joe:secret@one?what=1", '"what" is nothing'],
  ["redis://joe:secret@one?ttl=1s&ttl=2s", "ttl is there twice"],
  ["redis://joe:secret@one?ca=/x", "it needs rediss://"],
  ["redis://joe:secret@one/x", 'database is "x"'],
  ["redis://joe:secret@one/1?db=1", "database twice"],
  ["redis://joe:secret%zz@one", "its password has a %"],
  ["redis://secret@one", "no password"],
  ["redis+unix://", "no path"],
  ["redis+unix://:secret@run/redis.sock", 'its host is "run"'],
];

for (const [url, part] of REFUSED) {
  Deno.test(`parseRedisUrl() says what is wrong in ${url}, without its secret`, () => {
    const { message } = assertThrows(() => parseRedisUrl(url), UsageError);
    assertStringIncludes(message, part);
    assertEquals(message.includes("secret"), false);
  });
}
