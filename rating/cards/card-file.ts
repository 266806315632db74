import { isPair, isScalar, parseDocument, stringify, visit } from "yaml";
import { AppError } from "../../core/errors.ts";
import type { RateCard } from "./rate-card.ts";

/** What a file says of a card: what is put, and whose it is. `state` is left to whoever puts it. */
const kept = ["rate_card_id", "name", "currency", "valid_from", "valid_to", "tariffs", "charges"] as const;
/** Fields that are numbers; all others that look like one are text, so that 0.10 stays 0.10. */
const whole: readonly string[] = ["usage_type", "version"];

/** A card as YAML that can be put again; the same card always gives the same text. */
export function formatCard(card: RateCard): string {
  const file = Object.fromEntries(kept.map((name) => [name, card[name]]));
  // Quoted wherever another reader would see a number, a date or a truth in it; long conditions stay on one line.
  return stringify(file, { schema: "yaml-1.1", version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * Reads YAML (or JSON, which is some) as the value it stands for, to be checked like any body. Numbers come as the text that was written.
 * @throws AppError unreadable-body with the line where it goes wrong
 */
export function parseCard(text: string): unknown {
  const document = parseDocument(text, { schema: "core", uniqueKeys: true, prettyErrors: true });
  const [fault] = document.errors;
  if (fault !== undefined) throw unreadable(fault.message, fault);
  visit(document, {
    Pair: (_key, pair) => {
      const name = isScalar(pair.key) ? pair.key.value : null;
      const { value } = pair;
      if (!isScalar(value) || typeof value.value !== "number") return;
      if (typeof name === "string" && whole.includes(name)) return;
      value.value = value.source ?? String(value.value);
    },
    Scalar: (key, node, path) => {
      const list = path.at(-2);
      if (isPair(list) && isScalar(list.key) && list.key.value === "usage_types") return;
      if (typeof key === "number" && typeof node.value === "number") node.value = node.source ?? String(node.value);
    },
  });
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error);
  }
}

function unreadable(why: string, cause: unknown): AppError {
  return new AppError("unreadable-body", `the YAML cannot be read: ${why.split("\n")[0] ?? ""}`, { cause });
}
