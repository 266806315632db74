import { randomBytes } from "node:crypto";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Api } from "./api.ts";
import { requireToken } from "./auth.ts";
import { createMetrics } from "./metrics.ts";
import { describeApi } from "./openapi.ts";
import { answerProblems, answerUnreadable, sendProblem } from "./problems.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { budgetRoutes } from "./routes/budgets.ts";
import { creditRoutes } from "./routes/credits.ts";
import { ledgerRoutes } from "./routes/ledger.ts";
import { paymentRoutes } from "./routes/payments.ts";
import { cardAssignmentRoutes } from "./routes/card-assignments.ts";
import { archiveRoutes } from "./routes/archives.ts";
import { billingRoutes } from "./routes/billing.ts";
import { eventRoutes } from "./routes/events.ts";
import { billingHistoryRoutes } from "./routes/billing-history.ts";
import { exportRoutes } from "./routes/exports.ts";
import { explainRoutes } from "./routes/explain.ts";
import { findingRoutes } from "./routes/findings.ts";
import { finalizeRoutes } from "./routes/finalize.ts";
import { forecastRoutes } from "./routes/forecast.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { healthRoutes } from "./routes/health.ts";
import { inventoryRoutes } from "./routes/inventory.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { keyRoutes } from "./routes/keys.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { periodRoutes } from "./routes/periods.ts";
import { profileRoutes } from "./routes/profiles.ts";
import { quarantineRoutes } from "./routes/quarantine.ts";
import { rateCardRoutes } from "./routes/rate-cards.ts";
import { ratePreviewRoutes } from "./routes/rate-preview.ts";
import { repeatRunRoutes } from "./routes/repeat-run.ts";
import { runDiffRoutes } from "./routes/run-diff.ts";
import { runRoutes } from "./routes/runs.ts";
import { settingRoutes } from "./routes/settings.ts";
import { tariffRoutes } from "./routes/tariffs.ts";
import { usageRoutes } from "./routes/usage.ts";
import { usageTypeRoutes } from "./routes/usage-types.ts";
import { newStanding, type Standing } from "./standing.ts";
import type { System } from "./system.ts";
import { validatorCompiler } from "./validation.ts";

/** Bodies of everything but events, which come in batches and have their own limit. */
const bodyBytesMax = 4 * 1024 * 1024;

/**
 * The HTTP application on a system, ready for `inject` and `listen`. Everything asks for a token but health, the
 * description of the API and what is registered on the instance afterwards. Closing it leaves the system open.
 * A process that does not play the role api answers about itself alone: health, jobs and metrics.
 */
export async function buildApp(
  system: System,
  { log, standing = newStanding() }: { log: Log; standing?: Standing },
): Promise<FastifyInstance> {
  const app: Api = Fastify({
    loggerInstance: log.child({ stage: "api" }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => `req_${randomBytes(10).toString("hex")}`,
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: 4096 },
    clientErrorHandler: (_error, socket) => answerUnreadable(socket),
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // What a handler returns is what is sent: a schema describes and never filters.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  answerProblems(app);
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id);
    const encoding = request.headers["content-encoding"] ?? "identity";
    if (encoding !== "identity")
      throw new AppError("unsupported-media-type", `content-encoding is "${encoding}", expected none`, {
        field: "content-encoding",
      });
  });
  // Who comes to an end waits for connections to close, and one that is kept open for a next request would hold it up.
  app.addHook("onSend", async (_request, reply) => {
    if (standing.stopping) void reply.header("connection", "close");
  });
  const metrics = createMetrics(system);
  metrics.observe(app);

  await describeApi(app);
  await app.register(async (open: Api) => healthRoutes(open, { system, standing }));
  await app.register(async (guarded: Api) => {
    requireToken(guarded, system.keys);
    jobRoutes(guarded, system);
    metricsRoutes(guarded, metrics);
    if (!standing.roles.includes("api")) return;
    await guarded.register(async (scope: Api) => eventRoutes(scope, { system, metrics }));
    usageRoutes(guarded, system);
    usageTypeRoutes(guarded, system);
    runRoutes(guarded, system);
    runDiffRoutes(guarded, system);
    repeatRunRoutes(guarded, system);
    periodRoutes(guarded, system);
    archiveRoutes(guarded, system);
    await guarded.register(async (scope: Api) => rateCardRoutes(scope, system));
    tariffRoutes(guarded, system);
    cardAssignmentRoutes(guarded, system);
    ratePreviewRoutes(guarded, system);
    billingRoutes(guarded, system);
    finalizeRoutes(guarded, system);
    profileRoutes(guarded, system);
    forecastRoutes(guarded, system);
    budgetRoutes(guarded, system);
    notificationRoutes(guarded, system);
    creditRoutes(guarded, system);
    paymentRoutes(guarded, system);
    ledgerRoutes(guarded, system);
    explainRoutes(guarded, system);
    exportRoutes(guarded, system);
    billingHistoryRoutes(guarded, system);
    accountRoutes(guarded, system);
    settingRoutes(guarded, system);
    quarantineRoutes(guarded, { system, metrics });
    findingRoutes(guarded, system);
    await guarded.register(async (scope: Api) => inventoryRoutes(scope, system));
    keyRoutes(guarded, system);
  });
  return app;
}
