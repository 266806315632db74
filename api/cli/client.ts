import { AppError, type ProblemKey, problems } from "../../core/errors.ts";

/** One call of the API, as the command line makes it. */
export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query, such as `/v1/runs?limit=10`. */
  readonly path: string;
  readonly body?: string;
  readonly content_type?: string;
  /** The ETag the change was made from. */
  readonly if_match?: string;
  /** A status from 400 on whose body is an answer all the same, and no problem. */
  readonly answers?: number;
}

/** The API, wherever it is: in this process, or in the server that holds the data directory. */
export interface Client {
  /** The JSON answered. @throws AppError as the API tells it */
  call(request: ApiCall): Promise<unknown>;
  /** The bytes answered, whatever they are. @throws AppError as the API tells it */
  download(request: ApiCall): Promise<Uint8Array>;
}

/** What a client needs of its connection: the status and the bytes of the answer. */
export type Send = (
  request: ApiCall & { headers: Record<string, string> },
) => Promise<{ status: number; bytes: Uint8Array }>;

/** A client that carries the token with each call. */
export function createClient(send: Send, token: string): Client {
  const sendWithToken = (request: ApiCall): ReturnType<Send> => {
    const type = request.content_type ?? "application/json";
    const headers = {
      authorization: `Bearer ${token}`,
      ...(request.body === undefined ? {} : { "content-type": type }),
      ...(request.if_match === undefined ? {} : { "if-match": request.if_match }),
    };
    return send({ ...request, headers });
  };
  return {
    call: async (request) => {
      const { status, bytes } = await sendWithToken(request);
      const body = Buffer.from(bytes).toString("utf8");
      const value: unknown = body === "" ? null : parse(body, request);
      if (status >= 400 && status !== request.answers) throw toError(value, request);
      return value;
    },
    download: async (request) => {
      const { status, bytes } = await sendWithToken(request);
      if (status >= 400) throw toError(parse(Buffer.from(bytes).toString("utf8"), request), request);
      return bytes;
    },
  };
}

/** Talks to a server over HTTP. */
export function sendOver(url: string): Send {
  return async ({ method, path, headers, body }) => {
    try {
      const response = await fetch(new URL(path, url), { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (cause) {
      throw new AppError("internal", `the server at ${url} holds the data directory but does not answer`, { cause });
    }
  };
}

/** A query string of what is given; lists are joined by commas. */
export function queryOf(values: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
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
