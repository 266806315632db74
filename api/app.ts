import cookie from "@fastify/cookie";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Api } from "./api.ts";
import { keepAudit } from "./access/keep-audit.ts";
import type { Tls } from "./access/tls.ts";
import { registerClientApi } from "./cloudstack/endpoint.ts";
import { frameAll, frameGuarded, serverLimits } from "./http/frame.ts";
import { type HttpLimits, httpLimits } from "./http/limits.ts";
import { createMetrics } from "./observe/metrics.ts";
import { observeRequests, requestIdOf } from "./observe/requests.ts";
import { describeApi } from "./openapi.ts";
import { answerProblems, answerUnreadable, sendProblem } from "./problems.ts";
import { createBackups } from "./backup/backups.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { backupRoutes } from "./routes/backups.ts";
import { auditRoutes } from "./routes/audit.ts";
import { budgetRoutes } from "./routes/budgets.ts";
import { domainRoutes } from "./routes/domains.ts";
import { creditRoutes } from "./routes/credits.ts";
import { ledgerRoutes } from "./routes/ledger.ts";
import { paymentRoutes } from "./routes/payments.ts";
import { cardAssignmentRoutes } from "./routes/card-assignments.ts";
import { archiveRoutes } from "./routes/archives.ts";
import { billingRoutes } from "./routes/billing.ts";
import { billingSummaryRoutes } from "./routes/billing-summary.ts";
import { eventRoutes } from "./routes/events.ts";
import { eventCountRoutes } from "./routes/event-counts.ts";
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
import { operationRoutes } from "./routes/operations.ts";
import { periodRoutes } from "./routes/periods.ts";
import { profileRoutes } from "./routes/profiles.ts";
import { quarantineRoutes } from "./routes/quarantine.ts";
import { rateCardRoutes } from "./routes/rate-cards.ts";
import { ratePreviewRoutes } from "./routes/rate-preview.ts";
import { repeatRunRoutes } from "./routes/repeat-run.ts";
import { runDiffRoutes } from "./routes/run-diff.ts";
import { runRoutes } from "./routes/runs.ts";
import { loginRoutes, sessionRoutes } from "./routes/session.ts";
import { settingRoutes } from "./routes/settings.ts";
import { tariffRoutes } from "./routes/tariffs.ts";
import { usageRoutes } from "./routes/usage.ts";
import { usageTypeRoutes } from "./routes/usage-types.ts";
import { userRoutes } from "./routes/users.ts";
import { newStanding, type Standing } from "./standing.ts";
import type { System } from "./system.ts";
import { validatorCompiler } from "./validation.ts";

/** `open`: who brings no token may read, on this machine; `tls`: HTTPS alone is served. */
interface AppOptions {
  readonly log: Log;
  readonly standing?: Standing;
  readonly open?: boolean;
  readonly limits?: HttpLimits;
  readonly tls?: Tls | null;
}

/**
 * The HTTP application on a system, ready for `inject` and `listen`. Everything asks for a token but health, the
 * description of the API and what is registered on the instance afterwards. Closing it leaves the system open.
 * A process that does not play the role api answers about itself alone: health, jobs and metrics.
 */
export async function buildApp(
  system: System,
  { log, standing = newStanding(), open = false, limits = httpLimits, tls = null }: AppOptions,
): Promise<FastifyInstance> {
  const app = Fastify({
    https: tls === null ? null : { ...tls, ...serverLimits(limits).http },
    loggerInstance: log.child({ stage: "api" }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    ...serverLimits(limits),
    routerOptions: { maxParamLength: 4096 },
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket),
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    // Whether it speaks TLS makes no difference to routes.
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as Api;
  app.setValidatorCompiler(validatorCompiler);
  // What a handler returns is what is sent: a schema describes and never filters.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  answerProblems(app);
  observeRequests(app);
  keepAudit(app, { ...system, log });
  app.addHook("onRequest", async (request) => {
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

  const rates = await frameAll(app, system, { limits, https: tls !== null });
  await app.register(cookie);
  await describeApi(app);
  await app.register(async (open: Api) => healthRoutes(open, { system, standing }));
  if (standing.roles.includes("api")) await app.register(async (scope: Api) => loginRoutes(scope, system));
  if (standing.roles.includes("api")) await registerClientApi(app, system, { hold: rates.byCaller });
  await app.register(async (guarded: Api) => {
    frameGuarded(guarded, system, { rates, open });
    jobRoutes(guarded, system);
    metricsRoutes(guarded, metrics);
    if (!standing.roles.includes("api")) return;
    await guarded.register(async (scope: Api) => eventRoutes(scope, { system, metrics }));
    eventCountRoutes(guarded, system);
    usageRoutes(guarded, system);
    usageTypeRoutes(guarded, system);
    runRoutes(guarded, system);
    runDiffRoutes(guarded, system);
    repeatRunRoutes(guarded, system);
    periodRoutes(guarded, system);
    operationRoutes(guarded, system);
    archiveRoutes(guarded, system);
    await guarded.register(async (scope: Api) => rateCardRoutes(scope, system));
    tariffRoutes(guarded, system);
    cardAssignmentRoutes(guarded, system);
    ratePreviewRoutes(guarded, system);
    billingRoutes(guarded, system);
    billingSummaryRoutes(guarded, system);
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
    backupRoutes(guarded, createBackups(system));
    auditRoutes(guarded, system);
    userRoutes(guarded, system);
    domainRoutes(guarded, system);
    sessionRoutes(guarded, system);
  });
  return app;
}
