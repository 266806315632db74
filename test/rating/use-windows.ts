interface Month {
  readonly start: number;
  readonly end: number;
}

/** The window that an instant lies in, for a resource. Unix ms. */
export type WindowAt = (at: number, resource: number) => { readonly opens: number; readonly closes: number };

/** Windows of one length from the start of the month, the last one shorter. */
export function evenWindows({ start, end }: Month, window_ms: number): WindowAt {
  return (at) => {
    const opens = start + Math.floor((at - start) / window_ms) * window_ms;
    return { opens, closes: Math.min(opens + window_ms, end) };
  };
}

/** Windows between some of the cuts, which are in no order: which of them, is another matter for each resource. */
export function windowsBetween({ start, end }: Month, cuts: readonly number[]): WindowAt {
  const rising = cuts.toSorted((a, b) => a - b);
  const edges = [0, 1, 2].map((kind) => [start, ...rising.filter((_, index) => index % 3 !== kind), end]);
  return (at, resource) => {
    const own = edges[resource % 3] ?? [];
    const next = own.findIndex((edge) => edge > at);
    return { opens: own[next - 1] ?? start, closes: own[next] ?? end };
  };
}
