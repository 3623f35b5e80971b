import { assertEquals } from "@std/assert";
import { type BusPlace, busPlaceText, parseBusPlace } from "../../lib/bus/bus_place.ts";

const PLACES: [text: string, place: BusPlace | undefined, shown?: string][] = [
  ["off", { kind: "off" }],
  ["local", { kind: "local" }],
  ["file:/run/secrets/bus", { kind: "file", path: "/run/secrets/bus" }],
  ["redis://h", { kind: "redis", url: "redis://h" }],
  ["rediss://h:1/2?a=b", { kind: "redis", url: "rediss://h:1/2?a=b" }],
  ["valkey://[::1]:1", { kind: "redis", url: "valkey://[::1]:1" }],
  ["redis://u:secret@h", { kind: "redis", url: "redis://u:secret@h" }, "redis://***@h"],
  ["redis://:s:e%40/c@h", undefined],
  ["", undefined],
  ["on", undefined],
  ["Local", undefined],
  ["file:", undefined],
  ["redis://", undefined],
  ["redis+unix:///run/redis.sock?db=1", {
    kind: "redis",
    url: "redis+unix:///run/redis.sock?db=1",
  }],
  ["redis+unix://", undefined],
  ["redis:h", undefined],
  ["http://h", undefined],
  ["nats://h", undefined],
];
for (const [text, place, shown = text] of PLACES) {
  Deno.test(`parseBusPlace() ${place ? "reads" : "does not take"} ${JSON.stringify(text)}`, () => {
    assertEquals(parseBusPlace(text), place);
    if (place) assertEquals(busPlaceText(place), shown);
  });
}
