import Type, { type Static } from "typebox";
import { ToldProgress } from "../../core/progress.ts";

const Text = Type.Union([Type.String(), Type.Null()]);

/** Work that goes on after its request was answered: a run, an export, or what takes several runs. */
export const Operation = Type.Object(
  {
    id: Type.String({ description: "Of a run or an export: its own id" }),
    kind: Type.String({ description: "aggregate, rate, export, close-period, restore-archive and so on" }),
    subject: { ...Text, description: "What it is about: a month, a run, an account, the kind of an export" },
    state: Type.Union([Type.Literal("running"), Type.Literal("succeeded"), Type.Literal("failed")]),
    progress: Type.Union([ToldProgress, Type.Null()], {
      description: "How far what it does now has come; null where nothing was told",
    }),
    result: { ...Text, description: "Where what it made is, once it has succeeded" },
    outcome: Type.Unsafe<unknown>({
      description:
        "What the request would have been answered, had it been waited for, a problem too; null where result or error says it",
    }),
    error: { ...Text, description: "Why it failed" },
    asked_by: Text,
    began_at: Type.String(),
    ended_at: Text,
  },
  { $id: "Operation", additionalProperties: false },
);
export type Operation = Static<typeof Operation>;

/** Where the next page of operations begins. */
export const OperationPlace = Type.Object({ began_ms: Type.String({ pattern: "^\\d{1,19}$" }), id: Type.String() });
export type OperationPlace = Static<typeof OperationPlace>;
