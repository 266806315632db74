import { existsSync } from "node:fs";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, the longest first: whatever begins last is all that the other core waits for. */
const heavy = [
  "test/property/pipeline.test.ts",
  "test/property/pipeline-days.test.ts",
  "test/e2e/faults-distributed.test.ts",
  "test/property/model.test.ts",
  "test/rating/focus/validators.test.ts",
  "test/api/schemathesis.test.ts",
  "test/e2e/real-month.test.ts",
  "test/e2e/roles.test.ts",
  "test/api/dashboard/accessible.test.ts",
  "test/api/access/matrix.test.ts",
  "test/api/backup/drill.test.ts",
  "test/api/dashboard/readers.test.ts",
  "test/aggregate/retention-late.test.ts",
  "test/rating/closed/closed-property.test.ts",
  "test/rating/forecast.test.ts",
  "test/rating/ledger/property.test.ts",
  "test/aggregate/closing-faults.test.ts",
  "test/property/retention.test.ts",
  "test/rating/finalize/finalize-property.test.ts",
  "test/property/rebuild.test.ts",
  "test/aggregate/metering.test.ts",
  "test/e2e/kafka-month.test.ts",
  "test/e2e/faults/failed-writes.test.ts",
  "test/e2e/faults.test.ts",
  "test/aggregate/retention.test.ts",
  "test/rating/closed/corrected-month.test.ts",
  "test/aggregate/retention-server.test.ts",
  "test/aggregate/periods.test.ts",
  "test/aggregate/retention-crash.test.ts",
  "test/aggregate/periods-golden.test.ts",
  "test/property/summary.test.ts",
  "test/e2e/faults/many-faults.test.ts",
  "test/rating/closed/changes-after-closing.test.ts",
  "test/api/backfill-topic.test.ts",
  "test/e2e/finalize-killed.test.ts",
  "test/bench/history-fill.test.ts",
];

/** Orders test files so that those that take long begin first. */
export class HeavyFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const gone = heavy.filter((file) => !existsSync(`${root}/${file}`));
    if (gone.length > 0) throw new Error(`test/heavy-first.ts names ${gone.join(", ")}, which are not there`);
    const ranks = new Map(heavy.map((file, rank) => [`${root}/${file}`, rank]));
    const rankOf = ({ moduleId }: TestSpecification): number => ranks.get(moduleId) ?? heavy.length;
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
