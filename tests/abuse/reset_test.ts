import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";
import { QuietClient } from "./quiet_client.ts";
import { RawClient } from "../support/client.ts";

abuse("a hundred clients that drop their connection", async (attack) => {
  await using server = await attack.start(["--route=/cat=process cat", "--route=/echo=echo"]);
  const before = possessionsOf(server.pid);
  {
    await using quiet = await QuietClient.connect(`${server.url}echo`);
    for (let count = 0; count < 100; count++) {
      using client = await RawClient.open(`${server.url}cat`);
      await client.send("hello");
      if (count % 2) await client.text();
    }
    attack.note({ longestWait: quiet.longestWait, counted: 100 });
  }
  await attack.isAsBefore(server, before);
});
