import type { Run } from "../../../client/nouns.ts";
import { groupDigits } from "../figures.ts";

/** How far work has come, in words and as a bar. */
export function ShownProgress({ of: { what, done, total, unit } }: { readonly of: NonNullable<Run["progress"]> }) {
  return (
    <label>
      {what}: {groupDigits(done)} of {groupDigits(total)} {unit}
      <progress value={Number(done)} max={Math.max(Number(total), 1)} />
    </label>
  );
}
