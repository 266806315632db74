import { AsyncLocalStorage } from "node:async_hooks";

/** Which request something is done for. */
interface RequestScope {
  readonly request_id: string;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Does something for a request: what it logs, and what goes on for it after its answer, bears the request's id. */
export function forRequest<T>(scope: RequestScope, act: () => T): T {
  return scopes.run(scope, act);
}

/** Fields for a line of the log; none outside of a request. */
export function requestFields(): Partial<RequestScope> {
  return scopes.getStore() ?? {};
}
