import { expect, test } from "vitest";
import { createGroupCommit } from "../../ingest/group-commit.ts";

/** A disk that keeps what it is given, one write at a time, and fails where it is told to. */
function openDisk(): {
  readonly writes: (readonly string[])[];
  readonly kept: string[];
  refuse: (items: readonly string[]) => boolean;
  flush(items: readonly string[]): Promise<void>;
} {
  let busy = false;
  const disk = {
    writes: [] as (readonly string[])[],
    kept: [] as string[],
    refuse: (_items: readonly string[]): boolean => false,
    flush: async (items: readonly string[]): Promise<void> => {
      if (busy) throw new Error("two writes at once");
      busy = true;
      disk.writes.push(items);
      await new Promise(setImmediate);
      busy = false;
      if (disk.refuse(items)) throw new Error(`no room for ${items.length}`);
      disk.kept.push(...items);
    },
  };
  return disk;
}

test("what arrives while one write runs shares the next one, in the order it came", async () => {
  const disk = openDisk();
  const commit = createGroupCommit(disk.flush);
  await Promise.all([commit(["a"]), commit(["b", "c"]), commit(["d"])]);
  expect(disk.writes).toEqual([["a"], ["b", "c", "d"]]);
});

test("a caller is told only when its items are kept (P2)", async () => {
  const disk = openDisk();
  const commit = createGroupCommit(disk.flush);
  const callers = Array.from({ length: 100 }, async (_, n) => {
    await commit([`${n}`, `${n}'`]);
    return disk.kept.includes(`${n}`) && disk.kept.includes(`${n}'`);
  });
  expect(await Promise.all(callers)).toEqual(callers.map(() => true));
  expect(disk.kept).toHaveLength(200);
});

test("a write that fails rejects exactly its callers, and the next one works", async () => {
  const disk = openDisk();
  disk.refuse = (items) => items.includes("bad");
  const commit = createGroupCommit(disk.flush);
  const first = commit(["first"]);
  const outcomes = Promise.allSettled([first, commit(["bad"]), commit(["beside it"])]);
  await first;
  // by now the second write runs; these wait for the third
  const later = Promise.allSettled([commit(["later"]), commit(["last"])]);
  expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect((await later).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  expect(disk.kept).toEqual(["first", "later", "last"]);
});

test("a write that fails says why to each of its callers", async () => {
  const disk = openDisk();
  disk.refuse = (items) => items.length === 2;
  const commit = createGroupCommit(disk.flush);
  const outcomes = [commit(["a"]), commit(["b"]), commit(["c"])];
  await expect(outcomes[0]).resolves.toBeUndefined();
  await expect(outcomes[1]).rejects.toThrow("no room for 2");
  await expect(outcomes[2]).rejects.toThrow("no room for 2");
});

test("a caller with nothing to write is told at once and causes no write", async () => {
  const disk = openDisk();
  await createGroupCommit(disk.flush)([]);
  expect(disk.writes).toEqual([]);
});

test("a write is bounded, and the items of one caller stay together", async () => {
  const disk = openDisk();
  const commit = createGroupCommit(disk.flush);
  const large = Array.from({ length: 30_000 }, () => "x");
  const huge = Array.from({ length: 60_000 }, () => "y");
  await Promise.all([commit(["a"]), commit(large), commit(large), commit(huge), commit(["b"])]);
  expect(disk.writes.map(({ length }) => length)).toEqual([1, 30_000, 30_000, 60_000, 1]);
});
