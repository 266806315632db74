/** A fault as ClickHouse tells it: number, name and words. */
export class Refusal extends Error {
  readonly code: number;
  readonly type: string;

  constructor(code: number, type: string, message: string) {
    super(message);
    this.code = code;
    this.type = type;
  }
}

/** What the engine threw, with the number and the name out of its words. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const text = error instanceof Error ? error.message : String(error);
  const found =
    /Code: (\d+)\. DB::Exception: (?:Code: \d+\. DB::Exception: )?([\s\S]*?)\s*\(([A-Z][A-Z0-9_]{2,})\)/.exec(text);
  if (found === null) return new Refusal(1002, "UNKNOWN_EXCEPTION", text);
  return new Refusal(Number(found[1]), found[3] ?? "", found[2] ?? "");
}

/** The words on the wire. */
export function textOf({ code, type, message }: Refusal, version: string): string {
  return `Code: ${code}. DB::Exception: ${message} (${type}) (version ${version} (official build))\n`;
}

/** Numbers of faults by the HTTP status a server answers them with; all others are 500. */
const codesByStatus: readonly (readonly [number, readonly number[]])[] = [
  [400, [6, 26, 27, 36, 38, 41, 43, 53, 62, 69, 70, 72, 130, 131, 132, 134, 456, 457, 1000]],
  [401, [194]],
  [403, [192, 193, 497, 516]],
  [404, [46, 47, 50, 56, 60, 73, 81, 372]],
  [408, [159]],
  [413, [223]],
  [501, [48]],
  [503, [202]],
];

/** The HTTP status of a fault. */
export function statusOf({ code }: Refusal): number {
  return codesByStatus.find(([, codes]) => codes.includes(code))?.[0] ?? 500;
}
