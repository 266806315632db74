import { defineConfig } from "vitest/config";
import { HeavyFirst } from "./test/heavy-first.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["./test/memory-folder.ts", "./test/laid-store.ts", "./test/programs.ts"],
    // one embedded engine per process, so each file gets a process of its own
    pool: "forks",
    fileParallelism: true,
    maxWorkers: 2,
    sequence: { sequencer: HeavyFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // a test left on `.only` would make all others vanish from the count
    allowOnly: false,
    passWithNoTests: false,
    reporters: ["default", "./test/reporter.ts"],
  },
});
