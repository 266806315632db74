/** What came of a try: `retry` = the other side has not taken it; `unknown` = it may have; `failed` = it never will. */
export interface Outcome {
  readonly state: "delivered" | "retry" | "failed" | "unknown";
  /** What was said, shortened. */
  readonly answer: string;
}
