// Runs the commands that standard input names, one after the other, and says what each said: a process with no engine of its own.
import { text } from "node:stream/consumers";
import { tally, type Told } from "../run-tally.ts";

const asked = JSON.parse(await text(process.stdin)) as { environment: Record<string, string>; argv: string[] }[];
const told: Told[] = [];
for (const { environment, argv } of asked) told.push(await tally(environment, ...argv));
process.stdout.write(JSON.stringify(told));
