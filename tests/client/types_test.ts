import { assertEquals } from "@std/assert";
import ts from "typescript";
import { ROOT } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

/** A program for browsers, whose types are not those of the runtime. */
const PROGRAM = `
import { type LostEvent, ResumingWebSocket } from "${ROOT}lib/client/client.ts";

const socket = new ResumingWebSocket("/chat", ["a"], { store: sessionStorage, WebSocket });
const plain: WebSocket = socket;
const connecting: 0 = ResumingWebSocket.CONNECTING;
socket.onlost = ({ count }: LostEvent) => console.log(count?.toFixed(), connecting);
socket.addEventListener("reconnecting", ({ delay }) => console.log(delay.toFixed()));
socket.addEventListener("message", ({ data }) => plain.send(data));
socket.addEventListener("nothing", { handleEvent() {} });
`;

Deno.test("ResumingWebSocket is a WebSocket to a program for browsers", async () => {
  await using tree = await Tree.make({ "program.ts": PROGRAM });
  const program = ts.createProgram([`${tree.root}/program.ts`], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    types: [],
  });
  const found = ts.getPreEmitDiagnostics(program).map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n")
  );
  assertEquals(found, []);
});
