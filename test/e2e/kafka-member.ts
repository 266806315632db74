// An ingest process of its own for kafka-month.test.ts: node --import tsx test/e2e/kafka-member.ts STORE BROKERS TOPIC FOLDER SESSION_MS [hold].
// Says "ready" when it works. With "hold" it stops dead before its third insert of events, says "holding" and goes on when it is
// told to, as a process that the machine put to sleep. Ends with the pipe on its standard input.
import { openSystem } from "../../api/open-system.ts";
import { systemClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { silentLog } from "../../core/log.ts";
import { ingestFromKafka } from "../../ingest/index.ts";

const [url = "", brokers = "", topic = "", data_dir = "", session_ms = "", hold = ""] = process.argv.slice(2);
const clock = { ...systemClock, now: () => instant(Date.UTC(2027, 0, 1)) };
const system = await openSystem(
  { url, data_dir },
  { clock, log: silentLog, kafka: { brokers: brokers.split(","), topic } },
);
const { kafkaLog, store, ingest, quarantine } = system;
if (kafkaLog === null) throw new Error("the log is on Kafka");

let told: () => void = () => undefined;
const goOn = new Promise<void>((resolve) => {
  told = resolve;
});
if (hold === "hold") {
  const insert = store.write.insert.bind(store.write);
  let inserts = 0;
  Object.assign(store.write, {
    insert: async (params: { table: string }) => {
      if (params.table === "event" && ++inserts === 3) {
        process.stdout.write("holding\n");
        await goOn;
      }
      return insert(params as never);
    },
  });
}

const stopping = new AbortController();
process.stdin.on("data", told);
process.stdin.on("end", () => {
  told();
  stopping.abort();
});
process.stdout.write("ready\n");
const deps = { log: kafkaLog, store, ingest, quarantine, clock, told: silentLog, session_ms: Number(session_ms) };
await ingestFromKafka(deps, stopping.signal);
await system.close();
process.exit(0);
