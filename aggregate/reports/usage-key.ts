import Type, { type Static } from "typebox";

const Text = Type.String();
const Millis = Type.String({ pattern: "^-?\\d{1,15}$", description: "Unix ms" });

/** What names a usage record: its window (start_ms, end_ms), and what was used by whom; `shape` in digits. */
export const RecordKey = Type.Object({
  account_id: Text,
  start_ms: Millis,
  end_ms: Millis,
  usage_type: Type.Integer({ minimum: 0, maximum: 65_535 }),
  resource: Text,
  part: Text,
  shape: Type.String({ pattern: "^\\d{1,39}$" }),
});
export type RecordKey = Static<typeof RecordKey>;

/** The key of the last record of a page, after which the next page goes on in the same state of publication. */
export const UsageKey = Type.Object({
  ...RecordKey.properties,
  adjusted_by: Type.String({
    pattern: "^\\d{1,20}$",
    description: 'The run of an adjustment; "0" = a record of its own period',
  }),
});
export type UsageKey = Static<typeof UsageKey>;

/** The parameters of statements that go on behind a key. */
export const afterParams = {
  after_account: Text,
  after_ms: Text,
  after_end_ms: Text,
  after_type: Type.Integer(),
  after_resource: Text,
  after_part: Text,
  after_shape: Text,
};

/** The parameters that say where to go on; null = from the first record on. */
export function goOnAfter(key: RecordKey | null): Static<ReturnType<typeof Type.Object<typeof afterParams>>> {
  return {
    after_account: key?.account_id ?? "",
    after_ms: key?.start_ms ?? "0",
    after_end_ms: key?.end_ms ?? "0",
    after_type: key?.usage_type ?? 0,
    after_resource: key?.resource ?? "",
    after_part: key?.part ?? "",
    after_shape: key?.shape ?? "0",
  };
}
