import { readFileSync } from "node:fs";
import { Eta } from "eta";
import { AppError } from "../../core/errors.ts";
import type { FactType } from "../../core/fact.ts";
import { mailWords } from "./mail-words.ts";

/** A mail's words. */
export interface WrittenMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly language: string;
}

/** The templates are ours alone: a template is code, so none comes from an operator. Names go in as values and are escaped. */
const eta = new Eta({ autoTrim: ["nl", "nl"], cache: true });
const load = (name: string): string => readFileSync(new URL(`templates/${name}`, import.meta.url), "utf8");
const textTemplate = load("mail.txt.eta");
const htmlTemplate = load("mail.html.eta");

/** Puts a notification's payload into words. The same payload is the same mail. Pure but for the templates. @throws AppError internal */
export function writeMail(body: string, language: string): WrittenMail {
  const { type, data } = JSON.parse(body) as { type: FactType; data: Readonly<Record<string, string | null>> };
  const words = mailWords(type, language);
  const said = words.facts[type];
  if (said === undefined) throw new AppError("internal", `there are no words for ${type}`);
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name: string) => data[name] ?? "");
  const total = data["total"] ?? null;
  const shown: Readonly<Record<string, string | null>> = {
    ...data,
    total: total === null ? null : `${total} ${data["currency"] ?? ""}`.trim(),
  };
  const facts = Object.entries(words.labels).flatMap(([name, label]) => {
    const value = shown[name] ?? null;
    return value === null ? [] : [{ label, value: oneLine(value) }];
  });
  const given = {
    language: words.language,
    direction: words.direction,
    heading: oneLine(fill(said.subject)),
    sentence: oneLine(fill(said.sentence)),
    facts,
    closing: words.closing,
  };
  return {
    subject: given.heading,
    text: eta.renderString(textTemplate, given),
    html: eta.renderString(htmlTemplate, given),
    language: words.language,
  };
}

/** A name must not make lines of its own, in headers or in what looks like ours. */
function oneLine(text: string): string {
  return text.replace(/[\s\u2028\u2029]+/g, " ").trim();
}
