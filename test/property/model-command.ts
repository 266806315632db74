import fc from "fast-check";

/** What may happen in a life, and how often of all that does. */
const OFTEN = {
  send: 3,
  run: 1,
  runAgain: 1,
  restart: 1,
  moveAccount: 2,
  setRange: 1,
  addType: 2,
  dryRun: 2,
  crash: 2,
  close: 2,
  archive: 2,
  restore: 1,
  repeat: 3,
} as const;
type CommandName = keyof typeof OFTEN;

const names = (Object.keys(OFTEN) as CommandName[]).flatMap((name) => Array.from({ length: OFTEN[name] }, () => name));

/** What happens next, to which and how many. */
export const command = fc.record({
  name: fc.constantFrom(...names),
  many: fc.nat({ max: 9999 }),
  which: fc.nat({ max: 9999 }),
});
