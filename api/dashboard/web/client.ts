import {
  addressOf,
  type Answered,
  type Asked,
  createClient,
  type OperationId,
  type QueryValue,
  type Send,
} from "../../client/client.ts";

export { addressOf };

/** The API said no: a problem of RFC 9457, or that nothing answered (status 0). */
export class Refusal extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, { title, detail }: { title: string; detail: string }) {
    super(detail);
    this.name = "Refusal";
    this.status = status;
    this.title = title;
  }
}

/** A query as forms give it: '' asks nothing, and one stands for a list of one. */
type Fields<Q> = {
  readonly [K in keyof Q]: Q[K] | "" | (Q[K] extends readonly (infer One)[] | undefined ? One : never);
};
/** What an operation is asked with, and a signal that gives it up. */
type Question<Id extends OperationId> = Omit<Asked<Id>, "query"> & {
  readonly signal?: AbortSignal;
} & (Asked<Id> extends {
    readonly query: infer Q;
  }
    ? { readonly query: Fields<Q> }
    : Asked<Id> extends { readonly query?: infer Q }
      ? { readonly query?: Fields<Q> }
      : object);
type Query = Readonly<Record<string, QueryValue>>;

/** Asks the API an operation by its name; the browser's cookie says who asks. @throws Refusal */
export function ask<Id extends OperationId>(id: Id, question: Question<Id>): Promise<Answered<Id>> {
  const { signal, query = {}, ...asked } = question as { signal?: AbortSignal; query?: Query };
  return createClient(sendFor(signal), null).ask(id, { ...asked, query: withoutEmpty(query) } as unknown as Asked<Id>);
}

type Paged = { [Id in OperationId]: Answered<Id> extends Page<unknown> ? Id : never }[OperationId];
interface Page<Row> {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
}
type RowOf<Id extends OperationId> = Answered<Id> extends Page<infer Row> ? Row : never;

/** All pages of a list. @throws Refusal */
export function askAll<Id extends Paged>(id: Id, question: Question<Id>): Promise<RowOf<Id>[]> {
  const { query = {} } = question as { query?: Query };
  return allPages(async (cursor) => {
    const asked = { ...question, query: { ...query, cursor, limit: 1000 } } as unknown as Question<Id>;
    return (await ask(id, asked)) as unknown as Page<RowOf<Id>>;
  });
}

/** Rows at most: a browser is no place for millions. */
const ROWS_MAX = 50_000;

/** Page after page from the first on, as `read` gives them. */
export async function allPages<Row>(read: (cursor: string) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = ""; cursor !== null && rows.length < ROWS_MAX;) {
    const page = await read(cursor);
    rows.push(...page.data);
    cursor = page.next_cursor;
  }
  return rows;
}

function withoutEmpty(query: Query): Query {
  const isGiven = (value: unknown): boolean => value !== "";
  return Object.fromEntries(
    Object.entries(query)
      .filter(([, value]) => isGiven(value))
      .map(([name, value]) => [name, Array.isArray(value) ? value.filter(isGiven) : value]),
  );
}

/** Asks the server that the page is from; what is a problem there is a Refusal here. */
function sendFor(signal: AbortSignal | undefined): Send {
  return async ({ method, path, headers, body, answers }) => {
    let answer: Response;
    try {
      answer = await fetch(path, {
        method,
        headers,
        credentials: "same-origin",
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new Refusal(0, {
        title: "No answer",
        detail: "The server does not answer. Is it running, and is the network up?",
      });
    }
    const { status, statusText, headers: told } = answer;
    const is_problem = told.get("content-type")?.startsWith("application/problem+json") === true;
    if (status >= 400 && (is_problem || status !== answers)) {
      const problem = is_problem ? ((await answer.json()) as { title: string; detail: string }) : null;
      throw new Refusal(status, problem ?? { title: statusText, detail: `The server answered ${status}.` });
    }
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { status, bytes, location: told.get("location") ?? undefined };
  };
}
