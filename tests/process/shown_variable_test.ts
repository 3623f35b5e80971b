import { assertEquals } from "@std/assert";
import { shownVariable } from "../../lib/process/shown_variable.ts";

const SHOWN: [name: string, value: string, shown: string][] = [
  ["QUERY_STRING", "a=1&access_token=s3cret&b=2", "a=1&access_token=***&b=2"],
  ["QUERY_STRING", "access%5Ftoken=s3cret", "access%5Ftoken=***"],
  ["QUERY_STRING", "a=1", "a=1"],
  ["QUERY_STRING", "", ""],
  ["REQUEST_URI", "/a?access_token=s3cret", "/a?access_token=***"],
  [
    "HTTP_REFERER",
    "https://a.example/?x=1&access_token=s3cret",
    "https://a.example/?x=1&access_token=***",
  ],
  ["STDWS_PARAM_ACCESS_TOKEN", "s3cret", "***"],
  ["STDWS_PARAM_ROOM", "hall", "hall"],
  ["HTTP_AUTHORIZATION", "Bearer s3cret", "Bearer ***"],
  ["HTTP_AUTHORIZATION", 'Digest username="a", response="s3cret"', "Digest ***"],
  ["HTTP_AUTHORIZATION", "s3cret", "***"],
  ["HTTP_PROXY_AUTHORIZATION", "Basic czNjcmV0", "Basic ***"],
  ["HTTP_COOKIE", "a=1; access_token=s3cret; b=2", "a=1; access_token=***; b=2"],
  ["HTTP_COOKIE", "access_token=s3cret", "access_token=***"],
  ["HTTP_SEC_WEBSOCKET_PROTOCOL", "chat, bearer, s3cret", "chat, bearer, ***"],
  ["HTTP_SEC_WEBSOCKET_PROTOCOL", "bearer,s3cret,chat", "bearer,***,chat"],
  ["HTTP_SEC_WEBSOCKET_PROTOCOL", "chat", "chat"],
  ["HTTP_X_WORD", "word", "word"],
];
for (const [name, value, shown] of SHOWN) {
  Deno.test(`shownVariable() has the log show ${name}=${value} as ${shown}`, () => {
    assertEquals(shownVariable(name, value), shown);
  });
}
