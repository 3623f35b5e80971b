import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

/** Enters the room that its path names, and says there what it is told. */
const MODULE = `export default {
  open(connection, { params: { room } }) {
    connection.join(room);
    connection.send("in");
    return { message: (data) => void connection.publish(room, "module: " + data, { echo: false }) };
  },
};`;

/** Has each client enter the room lobby, and says there what clients say. */
const EVENTS = `
while read -r line; do
  id=\${line#*'"id":"'} id=\${id%%'"'*}
  case $line in
    '{"type":"open"'*)
      printf '{"type":"join","id":"%s","room":"lobby"}\\n' "$id"
      printf '{"type":"send","to":"%s","data":"in"}\\n' "$id" ;;
    '{"type":"message"'*)
      text=\${line#*'"data":"'} text=\${text%'"}'}
      printf '{"type":"send","to":{"room":"lobby"},"except":["%s"],"data":"events: %s"}\\n' "$id" "$text" ;;
  esac
done`;

testEach("stdws has broadcast, modules and events meet in the same rooms", async (form) => {
  await using tree = await Tree.make({ "room.js": MODULE, "events.sh": EVENTS });
  await using server = await TestServer.start([
    "--route=/chat/:room=broadcast?history=9&echo=false",
    "--route=/apart/:room=broadcast?rooms=apart",
    `--route=/module/:room=module ${tree.root}/room.js`,
    `--route=/events=shared?framing=events bash ${tree.root}/events.sh`,
  ], { form });
  const enter = (target: string) => RawClient.open(server.url, { target });
  using chat = await enter("/chat/lobby");
  using apart = await enter("/apart/lobby");
  using module = await enter("/module/lobby");
  assertEquals(await module.text(), "in");
  using events = await enter("/events");
  assertEquals(await events.text(), "in");

  await chat.send("chat: hello");
  assertEquals([await module.text(), await events.text()], ["chat: hello", "chat: hello"]);
  await module.send("hello");
  assertEquals([await chat.text(), await events.text()], ["module: hello", "module: hello"]);
  await events.send("hello");
  assertEquals([await chat.text(), await module.text()], ["events: hello", "events: hello"]);

  // All of it is the history of the room, and nothing of it was said in the room of another space.
  using late = await enter("/chat/lobby");
  const history = [await late.text(), await late.text(), await late.text()];
  assertEquals(history, ["chat: hello", "module: hello", "events: hello"]);
  await apart.send("apart");
  assertEquals(await apart.text(), "apart");
}, ["bash"]);
