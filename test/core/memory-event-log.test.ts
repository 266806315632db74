// The twin that engine tests stand on keeps the promises of the real one.
import { describeEventLog } from "../conformance/event-log.ts";
import { createMemoryEventLog } from "./memory-event-log.ts";

describeEventLog("in memory", async () => {
  const log = createMemoryEventLog();
  return { log, reopen: async () => log };
});

describeEventLog("in memory, three partitions", async () => {
  const log = createMemoryEventLog({ partitions: 3 });
  return { log, reopen: async () => log };
});
