import { AppError } from "../../core/errors.ts";

/**
 * What an Accept header prefers of what there is, by its weights, then its order (RFC 9110, 12.5.1); the first where it says nothing.
 * `known`: media type and what it stands for. @throws AppError not-acceptable
 */
export function preferred<T>(accept: string | undefined, known: readonly (readonly [type: string, value: T])[]): T {
  const header = accept ?? "*/*";
  const wanted = header
    .split(",")
    .map((range) => {
      const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
      return { type, weight: Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { type } of wanted) {
    const prefix = type.endsWith("/*") ? type.slice(0, type === "*/*" ? 0 : -1) : null;
    const found = known.find(([own]) => (prefix === null ? own === type : own.startsWith(prefix)));
    if (found !== undefined) return found[1];
  }
  const types = known.map(([type]) => type).join(", ");
  throw new AppError("not-acceptable", `accept is ${JSON.stringify(header.slice(0, 200))}, expected one of ${types}`, {
    field: "accept",
  });
}
