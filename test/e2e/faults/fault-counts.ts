/** What may go wrong in one process. */
export const faultKinds = {
  unheard: "store: a statement is not heard",
  unanswered: "store: a statement is done and its answer lost",
  late: "store: an answer comes late",
  death: "process: dies at a statement, another begins",
  appended: "log: an append is done and not acknowledged, and sent again",
  twice: "log: an acknowledged batch is sent again, cut anew",
  redelivered: "log: a reader fails at a batch and gets it again",
  back: "clock: set back by up to 5 minutes",
  forward: "clock: jumps forward by up to 20 minutes",
} as const;
export type FaultKind = keyof typeof faultKinds;

/** Faults so far, by kind and by what was going on. */
export interface FaultCounts {
  add(kind: FaultKind, during: string): void;
  total(): number;
  of(kind: FaultKind): number;
  /** The table as lines of text: a row a kind, a column for what was going on. */
  table(): string[];
}

/** Counts nothing yet. */
export function createFaultCounts(): FaultCounts {
  const counts = new Map<string, number>();
  const during: string[] = [];
  const count = (kind: FaultKind, place: string): number => counts.get(`${kind} ${place}`) ?? 0;
  const kinds = Object.keys(faultKinds) as FaultKind[];
  const of = (kind: FaultKind): number => during.reduce((sum, place) => sum + count(kind, place), 0);
  const total = (): number => kinds.reduce((sum, kind) => sum + of(kind), 0);
  return {
    add: (kind, place) => {
      if (!during.includes(place)) during.push(place);
      counts.set(`${kind} ${place}`, count(kind, place) + 1);
    },
    of,
    total,
    table: () => {
      const row = (head: string, cells: readonly (string | number)[]): string => `| ${head} | ${cells.join(" | ")} |`;
      return [
        row("fault", [...during, "all"]),
        row(
          "---",
          [...during, ""].map(() => "---:"),
        ),
        ...kinds.map((kind) => row(faultKinds[kind], [...during.map((place) => count(kind, place)), of(kind)])),
        row("all", [...during.map((place) => kinds.reduce((sum, kind) => sum + count(kind, place), 0)), total()]),
      ];
    },
  };
}
