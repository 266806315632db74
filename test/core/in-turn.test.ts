import { expect, test } from "vitest";
import { createInTurn } from "../../core/in-turn.ts";

test("each begins when the one before has ended, and a failure stops nobody behind it", async () => {
  const inTurn = createInTurn();
  const told: string[] = [];
  const act = (name: string) => async (): Promise<string> => {
    told.push(`${name} begins`);
    await Promise.resolve();
    told.push(`${name} ends`);
    if (name === "second") throw new Error("no");
    return name;
  };
  const ends = await Promise.allSettled([inTurn(act("first")), inTurn(act("second")), inTurn(act("third"))]);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(told).toEqual(["first", "second", "third"].flatMap((name) => [`${name} begins`, `${name} ends`]));
});
