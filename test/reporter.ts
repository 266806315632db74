// The last line of a run is "N passed, N failed, N skipped", alone on its line: scripts read that without knowing vitest.
import type { Reporter, TestModule } from "vitest/node";

/** What a run came to. A file that does not load, a throwing hook or an error outside any test counts as one failed test. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** The closing line of `tally`, without a line end. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Counts the tests of all files; `errors` is how many were thrown outside any test. */
export function tallyOf(modules: readonly TestModule[], errors: number): Tally {
  const tally: Tally = { passed: 0, failed: errors, skipped: 0 };
  for (const module of modules) {
    // a file that does not load, a throwing hook: their tests show as skipped, so the fault itself is what failed
    let failed = [module, ...module.children.allSuites()].filter((part) => part.errors().length > 0).length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") tally.passed += 1;
      else if (state === "skipped") tally.skipped += 1;
      // "pending" when the run is over means that it never came to an end: not a pass
      else failed += 1;
    }
    tally.failed += failed === 0 && module.state() === "failed" ? 1 : failed;
  }
  return tally;
}

/** Vitest reporter that prints the closing line after everything else. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const line = closingLine(tallyOf(modules, unhandled.length));
    // the default reporter, listed before this one, still has its summary to write: wait for the way out
    process.once("exit", () => process.stdout.write(`${line}\n`));
  }
}
