// A file that nothing names but by its URL: otherwise every first start would download the package.
// @ts-types="./redis_client.d.ts"
export { createClient, RESP_TYPES } from "npm:@redis/client@6.3.1";
