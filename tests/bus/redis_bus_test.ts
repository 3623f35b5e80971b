import { testBus } from "./contract/bus_contract.ts";
import { RedisSite } from "./redis_site.ts";

// Nobody but who cannot reach Redis is silent for so long.
testBus("redis", () => RedisSite.open("ttl=4s"));
