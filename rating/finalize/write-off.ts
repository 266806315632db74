import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { defineCommand } from "../../core/sql.ts";
import { dropStaleEntries, requireBalanced } from "../ledger/accrue.ts";
import type { IssueDeps } from "./issue.ts";
import { findDocument, requireUntouched, type Reversed, type ReverseRequest } from "./reverse.ts";

const bookWriteOff = defineCommand(
  "rating/ledger/book_write_off",
  Type.Object({ run_seq: Type.String(), now_ms: Type.Number(), period: Type.String(), statement_id: Type.String() }),
);

/**
 * Gives up what a void statement billed: a run of its own books it out of what is unbilled and of revenue, and no statement is issued in its
 * place any more. `id` is that of the statement. One that was written off stays so.
 * @throws AppError not-found; conflict where it is not void, was issued again, or bills nothing; run-in-progress, lease-lost
 */
export async function writeOffStatement(deps: IssueDeps, request: ReverseRequest): Promise<Reversed> {
  const { store, ledger, clock, log } = deps;
  const { id, asked_by, reason } = request;
  const { row, period } = await findDocument(deps, id);
  const refuse = (why: string): never => {
    throw new AppError("conflict", `${id} ${why}`, { field: "id" });
  };
  if (row.void_by === "") refuse("is not void: void it first, and what it bills is unbilled");
  if (row.replaced_by !== "") refuse(`was issued again as ${row.replaced_by}, so nothing of it is unbilled`);
  if (/^[-0.]+$/.test(row.net)) refuse("comes to nothing, so nothing of it is unbilled");
  if (row.off_by !== "") return { id, is_new: false, run_id: null };
  const run = await ledger.hold({ kind: "finalize", period, asked_by, reason }, async (begun) => {
    const run_seq = begun.seq.toString();
    await dropStaleEntries(store, run_seq);
    await requireUntouched(deps, row);
    await bookWriteOff(store.run, { run_seq, now_ms: clock.now(), period, statement_id: id });
    await requireBalanced(store, run_seq);
    return ledger.step(begun, { state: "published", counts: { written_off: "1" } });
  });
  log.info({ run_id: run.id, period, statement_id: id }, "statement written off");
  return { id, is_new: true, run_id: run.id };
}
