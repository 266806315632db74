import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyBaseLogger, LogController } from "fastify";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Caller } from "../access/caller.ts";
import { keepAudit } from "../access/keep-audit.ts";
import { serverLimits } from "../http/frame.ts";
import { secureHeaders } from "../http/security-headers.ts";
import { observeRequests, requestIdOf } from "../observe/requests.ts";
import { answerProblems } from "../problems.ts";
import type { System } from "../system.ts";
import { ApiError } from "./api-error.ts";
import { refuse } from "./answer-request.ts";
import { registerClientApi } from "./endpoint.ts";

const HOST = "127.0.0.1";
/** Whoever has this machine. */
const system: Caller = {
  id: "integration-port",
  name: "integration port",
  role: "admin",
  domain: null,
  account_id: null,
  sources: ["*"],
  user_id: null,
};

/** The endpoint without credentials, for programs on this machine. */
export interface IntegrationPort {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens it on the loopback address. A browser on this machine is none of its callers: what names another host (a foreign name that points
 * here), or says which page sent it, is refused. @throws AppError bad-configuration where the port is taken
 */
export async function openIntegrationPort(
  of: System,
  { port, log }: { port: number; log: Log },
): Promise<IntegrationPort> {
  const app = Fastify({
    loggerInstance: log.child({ stage: "integration-port" }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    ...serverLimits(),
  }).withTypeProvider<TypeBoxTypeProvider>();
  answerProblems(app);
  observeRequests(app);
  keepAudit(app, { ...of, log });
  await secureHeaders(app, { https: false });
  app.addHook("onRequest", async (request, reply) => {
    const { origin, "sec-fetch-site": site } = request.headers;
    const local = ["127.0.0.1", "localhost"].includes(request.hostname.replace(/:\d+$/, ""));
    if (local && origin === undefined && site === undefined) return;
    const error = new ApiError(401, "the integration port is for programs on this machine, not for pages");
    return refuse(error, { request, reply, asked: null });
  });
  await registerClientApi(app, of, { as: system });
  try {
    const url = await app.listen({ host: HOST, port });
    log.warn({ url }, "the integration port asks for no credentials: whoever can reach it is an admin");
    return { url, close: () => app.close() };
  } catch (cause) {
    await app.close();
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    const detail = `port ${port} of ${HOST} is taken by another program; set TALLY_INTEGRATION_PORT to a free one, or to 0`;
    throw new AppError("bad-configuration", detail, { cause });
  }
}
