import { testBus } from "./contract/bus_contract.ts";
import { RedisSite } from "./redis_site.ts";

testBus("redis", () => RedisSite.open());
