import { createHmac } from "node:crypto";
import type { LightMyRequestResponse } from "fastify";
import type { KeyScope } from "../../../api/access/check-key.ts";
import { formatInstant, instant } from "../../../core/instant.ts";
import { openTestApi, type TestApi } from "../test-api.ts";

/** A key as a client has it. */
export interface Credentials {
  readonly apiKey: string;
  readonly secretKey: string;
}

/** The application, and requests to it as a client of CloudStack makes them. */
export interface ClientApi extends TestApi {
  readonly root: Credentials;
  keyOf(scope: Partial<KeyScope> & { role: KeyScope["role"] }): Promise<Credentials>;
  /** Has events come in. */
  send(events: readonly unknown[]): Promise<void>;
  /** Asks by GET in JSON, signed with version 3, as root unless said otherwise. */
  ask(command: string, parameters?: Record<string, string>, as?: Credentials): Promise<LightMyRequestResponse>;
  /** The answer of a command that succeeds, without its envelope. */
  answerOf(command: string, parameters?: Record<string, string>, as?: Credentials): Promise<Record<string, unknown>>;
}

/** @param now the clock until it is moved */
export async function openClientApi(options: Parameters<typeof openTestApi>[0] = {}): Promise<ClientApi> {
  const api = await openTestApi(options);
  const keyOf: ClientApi["keyOf"] = async (scope) => {
    const { key, secret_key } = await api.system.keys.create(
      { name: `${scope.role} of a test`, ...scope },
      { by: "test" },
    );
    return { apiKey: key.key_id, secretKey: secret_key };
  };
  const root = await keyOf({ role: "admin" });
  const ask: ClientApi["ask"] = (command, parameters = {}, as = root) => {
    const expires = formatInstant(instant(api.clock.now() + 600_000)).replace(".000Z", "+0000");
    const signed = signedQuery({ command, response: "json", ...parameters, signatureVersion: "3", expires }, as);
    return api.call("GET", `/client/api?${signed}`, undefined, {});
  };
  return {
    ...api,
    root,
    keyOf,
    ask,
    send: async (events) => {
      const answer = await api.call("POST", "/v1/events", events);
      if (answer.json<{ rejected: unknown[] }>().rejected.length > 0) throw new Error(answer.body);
    },
    answerOf: async (command, parameters, as) => {
      const answer = await ask(command, parameters, as);
      if (answer.statusCode !== 200) throw new Error(`${command}: ${answer.statusCode} ${answer.body}`);
      return answer.json<Record<string, Record<string, unknown>>>()[`${command.toLowerCase()}response`] ?? {};
    },
  };
}

/** What CloudStack's documentation says of signing, done apart from the server: sorted, encoded, in lower case, HMAC-SHA1, Base64. */
export function signedQuery(parameters: Record<string, string>, { apiKey, secretKey }: Credentials): string {
  const pairs = Object.entries({ ...parameters, apiKey })
    .map(([name, value]) => [name, encodeURIComponent(value).replaceAll("(", "%28").replaceAll(")", "%29")] as const)
    .toSorted(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const text = pairs
    .map(([name, value]) => `${name}=${value}`)
    .join("&")
    .toLowerCase();
  const signature = createHmac("sha1", secretKey).update(text).digest("base64");
  return `${pairs.map(([name, value]) => `${name}=${value}`).join("&")}&signature=${encodeURIComponent(signature)}`;
}
