import { AppError, type ProblemKey, problems } from "../../core/errors.ts";
import type { Operation } from "./nouns.ts";
import { type Operations, routes } from "./operations.ts";

/** One call of the API, by its address. */
export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query, such as `/v1/runs?limit=10`. */
  readonly path: string;
  readonly body?: string;
  readonly content_type?: string;
  readonly accept?: string;
  /** The ETag the change was made from. */
  readonly if_match?: string;
  /** The same call with the same key is done once. */
  readonly idempotency_key?: string;
  /** A status from 400 on whose body is an answer all the same, and no problem. */
  readonly answers?: number;
}

export type OperationId = keyof Operations;
/** What an operation is asked with. */
export type Asked<Id extends OperationId> = Omit<Operations[Id], "answer"> &
  Pick<ApiCall, "if_match" | "idempotency_key" | "answers">;
/** What an operation answers; of work that goes on after its answer, which is waited for, what it came to. */
export type Answered<Id extends OperationId> = [Operations[Id]["answer"]] extends [Operation]
  ? Operation
  : Exclude<Operations[Id]["answer"], Operation>;

/** The API, wherever it is: in this process, in the server that holds the data directory, or on another machine. */
export interface Client {
  /** An operation by its name in the description, with what it takes and answers by its types. @throws AppError as the API tells it */
  ask<Id extends OperationId>(id: Id, asked: Asked<Id>): Promise<Answered<Id>>;
  /** The JSON answered; work that goes on after its answer is waited for. @throws AppError as the API tells it */
  call(request: ApiCall): Promise<unknown>;
  /** The bytes answered, whatever they are. @throws AppError as the API tells it */
  download(request: ApiCall): Promise<Uint8Array>;
}

/** What a client needs of its connection: status, Location and bytes of the answer. */
export type Send = (
  request: ApiCall & { headers: Record<string, string> },
) => Promise<{ status: number; bytes: Uint8Array; location?: string | undefined }>;

/** Who watches work that goes on. */
export interface Watcher {
  show(work: Pick<Operation, "kind" | "progress">): void;
  /** It goes on no more. */
  clear(): void;
}

const LOOK_MS = 500;
/** A day of looking. */
const LOOKS_MAX = 86_400_000 / LOOK_MS;
/** What ends, or is refused, within so many seconds needs nobody to watch it. */
const QUICK_SECONDS = 3;

/** A client that carries the token with each call; null = the connection says who asks, as a browser's cookie does. */
export function createClient(send: Send, token: string | null, watcher?: Watcher): Client {
  const sendAs = (request: ApiCall): ReturnType<Send> => {
    const { method, body, content_type = "application/json", accept, if_match, idempotency_key } = request;
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": content_type }),
      ...(accept === undefined ? {} : { accept }),
      ...(if_match === undefined ? {} : { "if-match": if_match }),
      ...(idempotency_key === undefined ? {} : { "idempotency-key": idempotency_key }),
      ...(watcher === undefined || method !== "POST" ? {} : { prefer: `wait=${QUICK_SECONDS}` }),
    };
    return send({ ...request, headers });
  };

  async function call(request: ApiCall): Promise<unknown> {
    const { status, bytes, location = "" } = await sendAs({ accept: "application/json", ...request });
    const body = new TextDecoder().decode(bytes);
    const value: unknown = body === "" ? null : parse(body, request);
    if (status >= 400 && status !== request.answers) throw toError(value, request);
    return status === 202 && location.startsWith("/v1/operations/op_")
      ? finish(location).finally(watcher?.clear)
      : value;
  }

  /** Waits for the end of work that is neither a run nor an export: those have their own answers. @throws AppError as the work told it */
  async function finish(path: string): Promise<unknown> {
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const operation = (await call({ method: "GET", path })) as Operation;
      const { id, state, outcome, error } = operation;
      if (state === "succeeded") return outcome;
      if (state === "failed" && outcome !== null) throw toError(outcome, { method: "GET", path });
      if (state === "failed") throw new AppError("conflict", error ?? `${id} failed`);
      watcher?.show(operation);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new AppError("conflict", `it still goes on after a day; ask for it later: GET ${path}`);
  }

  return {
    ask: async <Id extends OperationId>(id: Id, asked: Asked<Id>) => {
      const { path = {}, query = {}, body, ...rest } = asked as Place & { body?: unknown };
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await call({ method: routes[id][0], path: addressOf(id, { path, query }), ...text, ...rest });
      return answer as Answered<Id>;
    },
    call,
    download: async (request) => {
      const { status, bytes } = await sendAs(request);
      if (status >= 400) throw toError(parse(new TextDecoder().decode(bytes), request), request);
      return bytes;
    },
  };
}

interface Place {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, QueryValue>>;
}

/** Where an operation is asked, its path and query filled in: also the address of a file to download. */
export function addressOf(id: OperationId, { path = {}, query = {} }: Place): string {
  const named = routes[id][1].replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(path[name] ?? ""));
  return `${named}${queryOf(query)}`;
}

/** The operation that is asked for at an address, its query aside; null = there is none. */
export function operationAt({ method, path }: Pick<ApiCall, "method" | "path">): OperationId | null {
  const steps = (path.split("?")[0] ?? "").split("/");
  const found = Object.entries(routes).find(([, [asked, address]]) => {
    const named = address.split("/");
    return (
      asked === method &&
      named.length === steps.length &&
      named.every((name, at) => name === steps[at] || (name.startsWith("{") && steps[at] !== ""))
    );
  });
  return (found?.[0] ?? null) as OperationId | null;
}

export type QueryValue = string | number | boolean | readonly (string | number)[] | undefined;

/** A query string of what is given; a list is repeated. */
export function queryOf(values: Readonly<Record<string, QueryValue>>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

/** Talks to a server over HTTP; a path alone goes to the server a browser's page is from. */
export function sendOver(url: string): Send {
  return async ({ method, path, headers, body }) => {
    try {
      const address = url === "" ? path : new URL(path, url);
      const response = await fetch(address, { method, headers, ...(body === undefined ? {} : { body }) });
      const location = response.headers.get("location") ?? undefined;
      return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()), location };
    } catch (cause) {
      throw new AppError("internal", `the server at ${url} does not answer`, { cause });
    }
  };
}

function parse(body: string, { method, path }: ApiCall): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new AppError("internal", `${method} ${path} did not answer JSON`, { cause });
  }
}

/** A problem of the API as the error it was there. */
function toError(value: unknown, { method, path }: ApiCall): AppError {
  const { type, detail, field } = (value ?? {}) as { type?: string; detail?: string; field?: string };
  const key = (type ?? "").replace("/problems/", "");
  const known = key in problems ? (key as ProblemKey) : "internal";
  return new AppError(known, detail ?? `${method} ${path} failed`, field === undefined ? {} : { field });
}
