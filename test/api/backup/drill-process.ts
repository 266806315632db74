// A server on the data directory that is named, on 5 November 2026; says where it answers, and is meant to be killed.
import { readConfig } from "../../../core/config.ts";
import { createTestClock } from "../../../core/clock.ts";
import { silentLog } from "../../../core/log.ts";
import { startAll } from "../../../api/all.ts";
import { at } from "../../at.ts";

const config = readConfig();
const clock = createTestClock(at("2026-11-05T00:00:00Z"));
const { url } = await startAll(config, { clock, log: silentLog, jobs: false });
process.stdout.write(`at ${url}\n`);
