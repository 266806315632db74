// What a PromQL expression names: metrics, and labels that are asked of them.
import type { SyntaxNodeRef } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** A metric of an expression, and the labels by which its series are chosen or grouped. */
export interface Named {
  readonly metrics: readonly string[];
  /** Labels in braces, by their metric. */
  readonly matched: readonly { readonly metric: string; readonly label: string; readonly values: readonly string[] }[];
  readonly grouped: readonly string[];
  /** What is neither metric nor function nor number: an expression that Prometheus would refuse. */
  readonly faults: readonly string[];
}

const functions = new Set(
  "sum max min avg count rate increase time vector histogram_quantile predict_linear or and unless by".split(" "),
);

/** Reads an expression. It knows what ours use of the language, and takes everything else for a fault. */
export function readExpression(expression: string, known: ReadonlySet<string>): Named {
  const syntax: string[] = [];
  parser.parse(expression.replaceAll("$__rate_interval", "5m")).iterate({
    enter: ({ type, from }: SyntaxNodeRef) =>
      void (type.isError && syntax.push(`no PromQL at ${from}: ${expression.slice(from)}`)),
  });
  const grouped: string[] = [];
  const matched: Named["matched"][number][] = [];
  const withoutGroups = expression.replaceAll(/\bby \(([^)]*)\)/g, (_all, labels: string) => {
    grouped.push(...labels.split(",").map((label) => label.trim()));
    return "";
  });
  const bare = withoutGroups.replaceAll(/(\w+)\{([^}]*)\}/g, (_all, metric: string, matchers: string) => {
    for (const [, label = "", value = ""] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g))
      matched.push({ metric, label, values: value.split("|") });
    const left = matchers.replaceAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"[^"]*"/g, "").replaceAll(/[\s,]/g, "");
    return `${metric}${left}`;
  });
  const words = bare.replaceAll(/\[(?:\d+[smhd]|\$__rate_interval)\]/g, "").match(/[A-Za-z_$][\w$]*/g) ?? [];
  const faults = words.filter((word) => !functions.has(word) && !known.has(word) && !/^e\d+$/.test(word));
  return { metrics: words.filter((word) => known.has(word)), matched, grouped, faults: [...syntax, ...faults] };
}
