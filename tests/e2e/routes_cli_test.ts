import { assertEquals, assertStringIncludes } from "@std/assert";
import { rowsFor, runToEnd, testBoth } from "../support/server.ts";

const REFUSED: [args: string[], code: number, message: string][] = [
  [["--route=/a"], 2, 'Invalid value "/a" for --route: expected PATTERN=HANDLER[?option=value&…]'],
  [["--route="], 2, 'Invalid value "" for --route: expected PATTERN=HANDLER'],
  [["--route"], 2, "Option --route needs a value"],
  [
    ["--route=/a=ecco"],
    2,
    'Unknown handler "ecco" in --route=/a=ecco (did you mean "echo"?): expected one of process, ',
  ],
  [["--route=/a=nothing"], 2, 'Unknown handler "nothing" in --route=/a=nothing: expected one of'],
  [
    ["--route=/a=echo?pingm=5"],
    2,
    'Unknown option "pingm" in --route=/a=echo?pingm=5 (did you mean "pingms"?): echo takes acce',
  ],
  [["--prt=1", "--echo"], 2, 'Unknown option --prt (did you mean "--port"?)'],
  [["-maxfork", "1", "--echo"], 2, 'Unknown option -maxfork (did you mean "--maxforks"?)'],
  [["--route=/a(=echo"], 2, 'Invalid pattern "/a(" in --route=/a(=echo: '],
  [
    ["--route=/a=echo?x=1"],
    2,
    'Unknown option "x" in --route=/a=echo?x=1: echo takes acceptms, auth, authpass, away, byterate,',
  ],
  [
    ["--route=/a=process?framing=xml cat"],
    2,
    'Invalid value "xml" for framing in --route=/a=proc',
  ],
  [
    ["--route=/a=echo?origin=a%20b"],
    2,
    'Invalid value "a b" for origin of the route /a: expected [',
  ],
  [
    ["--route=/a=echo?subprotocol=a%20b"],
    2,
    'Invalid value "a b" for subprotocol of the route /a: ',
  ],
  [["--subprotocol=a b", "--echo"], 2, 'Invalid value "a b" for --subprotocol: expected a name'],
  [["--route=/a=process"], 2, "There is no COMMAND [args…] in --route=/a=process"],
  [["--route=/a=echo cat"], 2, 'Unexpected word "cat" in --route=/a=echo cat: echo takes none'],
  [["--route=/a=process 'x"], 2, "Cannot split the words of --route=/a=process 'x: a quotation is"],
  [["--route=/a=process no-such-program"], 1, "Cannot serve the route /a: Cannot run "],
  [
    ["--route=/a=process?cwd=/no/such cat"],
    1,
    "Cannot serve the route /a: Cannot serve from the fo",
  ],
  [["--route=/a=directory /no/such"], 1, "Cannot serve the route /a: Cannot serve from directory "],
  [
    ["--route=/a/:b=process bash -c 'echo {b}'"],
    1,
    "Cannot serve the route /a/:b: Cannot put {b} into what bash runs: " +
    `write bash -c '… "$1" …' bash {b:[a-z0-9]+}, or another pattern of what it may be, or read STDWS_PARAM_B of the environment`,
  ],
  [["--route=/a=process awk '{print}'"], 1, "Cannot put {print} into the words of awk, which runs"],
  [["--route=/a=echo", "--route=/b=ecco", "cat"], 2, 'Unknown handler "ecco" in --route=/b=ecco'],
];
testBoth("stdws refuses routes that are wrong, and says why", async (form, context) => {
  for (const [args, code, message] of rowsFor(form, REFUSED, ([_, code]) => code)) {
    await context.step(`${args.join(" ")} with exit code ${code}`, async () => {
      const end = await runToEnd(["--port=0", "--address=127.0.0.1", ...args], { form });
      assertEquals([end.code, end.stdout], [code, ""]);
      const [first = "", second = ""] = end.stderr.split("\n");
      assertStringIncludes(first, `stdws: `);
      assertStringIncludes(first, message);
      assertEquals(second, "Usage: stdws [options] COMMAND [args…]");
    });
  }
});
