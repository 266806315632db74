// A process that makes statements final on a data directory of its own, and may be killed while it does: finalize-process.ts <folder> <what> [<statement>].
import type { ClickHouseClient } from "@clickhouse/client";
import { buildSystem } from "../../api/open-system.ts";
import { createTestClock, systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { migrate } from "../../core/migrate.ts";
import { openStore } from "../../core/store.ts";
import { at } from "../at.ts";
import { smallCard, smallCloud } from "./small-cloud.ts";

const [, , data_dir = "", what = "", place = "-1"] = process.argv;
const period = "2026-10";
const by = "test";
let armed = false;
let made = 0;

/** Kills this process in the middle of one statement of those made once it is armed. */
function mortal(client: ClickHouseClient): ClickHouseClient {
  const asked = new Set<PropertyKey>(["command", "query", "insert", "exec"]);
  return new Proxy(client, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== "function") return method;
      if (!asked.has(name)) return method.bind(target) as unknown;
      return async (...given: unknown[]) => {
        const answer = method.apply(target, given) as Promise<unknown>;
        if (armed && made === Number(place)) {
          await systemClock.sleep((made * 7) % 20);
          process.kill(process.pid, "SIGKILL");
        }
        if (armed) made += 1;
        return answer;
      };
    },
  });
}

const store = openStore({ url: null, data_dir });
await migrate(store.run);
const clock = createTestClock(at("2026-11-04T12:00:00Z"));
const system = await buildSystem(
  { ...store, run: mortal(store.run), write: mortal(store.write) },
  { clock, log: silentLog },
);
if (what === "prepare") {
  await system.rateCards.put("default", structuredClone(smallCard) as never, by);
  await system.profiles.issuers.put({ id: "house", legal_name: "House of Cloud" }, { by });
  await system.profiles.taxRates.put({ id: "tax", name: "Tax", category: "S", percent: "21" }, { by });
  for (let n = 0; n < 5; n += 1) {
    await system.accounts.put({ account_id: `account-${n}` }, { by });
    await system.profiles.billing.put({ account_id: `account-${n}`, legal_name: `Account ${n}` }, { by });
  }
  const messages = smallCloud(10).map((value) => ({ value, raw: () => JSON.stringify(value) }));
  await system.ingest.accept(messages, by);
  const overrides = ["quarantine", "silent-sources", "sanity", "unrated", "grace"].map((finding) => ({
    finding,
    reason: by,
  }));
  await system.aggregate({ until: clock.now() });
  const { refused } = await system.closePeriod({ period, overrides, by });
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
  await system.rate({ period });
} else {
  armed = true;
  await system.finalize({ period, asked_by: by, overrides: [{ finding: "unrated", reason: by }] });
  armed = false;
}
const statements = await system.statements.list({ period, limit: 100 });
const [left] = await (
  await store.read.query({
    query: "SELECT count() AS rows FROM statement_document WHERE run_seq NOT IN (SELECT run_seq FROM published_run)",
    format: "JSONEachRow",
  })
).json<{ rows: string }>();
process.stdout.write(`${JSON.stringify({ made, left: left?.rows, statements })}\n`);
await system.close();
