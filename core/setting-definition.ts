/** One thing an operator can set. Values are text, as they are typed and stored. */
export interface SettingDefinition {
  readonly name: string;
  readonly default: string;
  /** Of the value: `minutes`, `seconds`, `HH:MM`, … */
  readonly unit: string;
  readonly meaning: string;
  /** What an acceptable value looks like, as the end of the sentence "expected …". */
  readonly expected: string;
  /** `live`: counts from the next use on; `restart`: read when the process starts. */
  readonly applies: "live" | "restart";
  /** Published usage stands on it: it can only be set until something is published. */
  readonly fixed_by_usage: boolean;
  readonly accepts: (value: string) => boolean;
}
