import type { InstantMs } from "../../core/instant.ts";
import type { Caller } from "../access/caller.ts";
import type { Role } from "../access/roles.ts";
import type { System } from "../system.ts";

/** Types of parameters; `date-end` is a date whose day counts whole. Their names in listApis: see listApis. */
export type ParamType = "string" | "uuid" | "integer" | "boolean" | "date" | "date-end" | "list" | "map";

/** A parameter as data: parsing, refusals and listApis follow from it. */
export interface Param {
  readonly type: ParamType;
  readonly description: string;
  readonly required?: true;
  /** Given without a value it is the empty text; others are then not given at all. */
  readonly empty?: true;
  readonly since?: string;
  /** Commands whose entities its ids name, parted by commas. */
  readonly related?: string;
}

/** A field of an answer, as listApis tells it. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly response?: readonly Field[];
}

interface Parsed {
  readonly string: string;
  readonly uuid: string;
  readonly integer: number;
  readonly boolean: boolean;
  readonly date: InstantMs;
  readonly "date-end": InstantMs;
  readonly list: readonly string[];
  readonly map: readonly Readonly<Record<string, string>>[];
}

export type Params = Readonly<Record<string, Param>>;
/** What a command gets of its parameters; what was not given is undefined. */
export type Values<P extends Params> = {
  readonly [K in keyof P]: P[K] extends { readonly required: true }
    ? Parsed[P[K]["type"]]
    : Parsed[P[K]["type"]] | undefined;
};

/** Which rows of a list are wanted; `size` null = all there are. */
export interface Page {
  readonly page: number;
  readonly size: number | null;
}

/** What stands around a request. */
export interface Context {
  readonly system: System;
  readonly caller: Caller;
  /** Zone of dates without an offset, and of dates in answers: usage.aggregation.timezone. */
  readonly zone: string;
  readonly page: Page;
}

type Item = Readonly<Record<string, unknown>>;
/** What a command answers; fields that are null or undefined are left out. */
export type Body =
  | { readonly kind: "list"; readonly name: string; readonly items: readonly Item[]; readonly count: number }
  | { readonly kind: "object"; readonly name: string; readonly item: Item }
  | { readonly kind: "plain"; readonly item: Item };

/** The answer of a command that only did something. */
export const success: Body = { kind: "plain", item: { success: true } };

/** The page of a list that is short enough to have been read whole. */
export function listOf(name: string, all: readonly Item[], { page, size }: Page): Body {
  const items = size === null ? all : all.slice((page - 1) * size, page * size);
  return { kind: "list", name, items, count: all.length };
}

/** A command, one a file: its parameters as data, who may give it, and what it does. */
export interface Command {
  readonly name: string;
  readonly description: string;
  readonly since?: string;
  /** Who may give it; nobody else hears that there is such a command. */
  readonly roles: readonly Role[];
  /** Whether it takes page, pagesize and keyword, as all lists do. */
  readonly paged: boolean;
  /** Whether it changes something, and leaves a line in the audit. */
  readonly changes: boolean;
  readonly params: Params;
  readonly response: readonly Field[];
  run(context: Context, values: Record<string, unknown>): Promise<Body>;
}

interface Definition<P extends Params> extends Omit<Command, "run" | "params" | "paged" | "changes"> {
  readonly paged?: true;
  readonly changes?: true;
  readonly params: P;
  run(context: Context, values: Values<P>): Promise<Body>;
}

/** Makes a command of its definition: `run` gets its parameters with their types. */
export function defineCommand<const P extends Params>(definition: Definition<P>): Command {
  const { run, paged = false, changes = false, ...rest } = definition;
  return { ...rest, paged, changes, run: (context, values) => run(context, values as Values<P>) };
}
