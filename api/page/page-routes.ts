import { readFileSync } from "node:fs";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isMonth } from "../../core/calendar.ts";
import { AppError, toProblem } from "../../core/errors.ts";
import type { UsageType } from "../../core/usage-type.ts";
import type { Statement } from "../../rating/index.ts";
import { readAccounts } from "../every-page.ts";
import { readablePrice, readableQuantity } from "../line-units.ts";
import type { System } from "../system.ts";
import { isDocumentFormat, sendFile } from "../routes/statement-formats.ts";
import { renderDashboard } from "./dashboard.ts";
import { html, type Html } from "../../core/html.ts";
import { renderPage } from "./layout.ts";
import { renderLogin } from "./login.ts";
import { readDashboard } from "./read-dashboard.ts";
import { createSessions } from "./sessions.ts";
import { renderStatement } from "./statement-page.ts";

/** `open`: no sign-in, for a demo that only this machine can reach. */
export interface PageOptions {
  readonly system: System;
  readonly open: boolean;
}

/** Nothing is loaded but our own style sheet, nothing runs, nothing is framed, forms go nowhere else. */
const headers = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
};

const readers = new Set(["admin", "finance", "auditor"]);
const hidden = { schema: { hide: true } };
const stylesheet = readFileSync(new URL("page.css", import.meta.url), "utf8");

/** The pages for people, on a scope of their own: `app.register(async (scope) => pageRoutes(scope, …))`. */
export function pageRoutes(scope: FastifyInstance, { system, open }: PageOptions): void {
  const sessions = createSessions(system);
  /** A session is worth what its token is now: a revoked key closes its pages too. */
  const hasEntry = async (request: FastifyRequest): Promise<boolean> => {
    if (open) return true;
    const token = sessions.tokenOf(request.headers.cookie);
    const key = token === null ? null : await system.keys.find(token);
    return key !== null && readers.has(key.role);
  };
  const show = (reply: FastifyReply, content: { title: string; main: Html }): FastifyReply =>
    reply
      .type("text/html; charset=utf-8")
      .send(renderPage({ ...content, signed_in: !open && sessions.tokenOf(reply.request.headers.cookie) !== null }));

  scope.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: 16_384 },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  scope.addHook("onRequest", async (request, reply) => {
    void reply.headers(headers);
    if (open && !isLocalName(request.hostname))
      throw new AppError("forbidden", `the open demo answers to localhost, not to ${request.hostname}`);
  });
  scope.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const { status, title, detail } = toProblem(error, request.id);
    if (status >= 500) request.log.error({ request_id: request.id, err: error }, "page failed");
    return show(reply.code(status), {
      title,
      main: html`<div class="card empty">
        <h1>${title}</h1>
        <p>${detail}</p>
        <p><a href="/">Back to the start</a></p>
      </div>`,
    });
  });

  scope.get("/page.css", hidden, (_request, reply) =>
    reply.header("cache-control", "no-cache").type("text/css; charset=utf-8").send(stylesheet),
  );

  scope.get<{ Querystring: Record<string, unknown> }>("/", hidden, async (request, reply) => {
    if (!(await hasEntry(request))) return show(reply.code(401), { title: "Sign in", main: renderLogin("") });
    const [period, account_id] = [text(request.query["period"]), text(request.query["account"])];
    if (period !== "" && !isMonth(period)) {
      throw new AppError("invalid-request", `period is ${JSON.stringify(period)}, expected a month such as 2026-10`, {
        field: "period",
      });
    }
    return show(reply, {
      title: "Overview",
      main: renderDashboard(await readDashboard(system, { period, account_id })),
    });
  });

  scope.get<{ Params: { id: string } }>("/statements/:id", hidden, async (request, reply) => {
    if (!(await hasEntry(request))) return reply.redirect("/", 303);
    const statement = await system.statements.get(request.params.id);
    if (statement === null)
      throw new AppError("not-found", "there is no such statement; once a period is rated again it may have gone");
    const names = new Map(
      [...(await readAccounts(system.accounts))].map(([account_id, { name }]) => [account_id, name]),
    );
    const payer = names.get(statement.payer_account_id) ?? statement.payer_account_id;
    return show(reply, {
      title: payer,
      main: renderStatement({
        ...statement,
        payer,
        sections: sectionsOf(statement, { names, types: system.usageTypes.list() }),
      }),
    });
  });

  scope.get<{ Params: { id: string } }>("/statements/:id/document", hidden, async (request, reply) => {
    if (!(await hasEntry(request))) return reply.redirect("/", 303);
    const statement = await system.statements.get(request.params.id);
    if (statement === null) throw new AppError("not-found", "there is no such statement");
    const format = text((request.query as Record<string, unknown>)["format"]);
    if (!isDocumentFormat(format)) throw new AppError("not-found", "there is no such document");
    return sendFile(system, { statement, format, reply });
  });

  scope.post("/login", hidden, async (request, reply) => {
    const token = request.body instanceof URLSearchParams ? (request.body.get("token") ?? "").trim() : "";
    const key = token === "" ? null : await system.keys.find(token);
    if (key === null || !readers.has(key.role)) {
      return show(reply.code(401), {
        title: "Sign in",
        main: renderLogin(
          key === null ? "This is not a token of this installation." : "This token may only send events.",
        ),
      });
    }
    return reply
      .header("set-cookie", sessions.open({ token, secure: request.protocol === "https" }))
      .redirect("/", 303);
  });

  scope.post("/logout", hidden, async (request, reply) =>
    reply.header("set-cookie", sessions.close(request.headers.cookie)).redirect("/", 303),
  );
}

/** The lines of a statement, a section per account, the payer's own first. */
function sectionsOf(
  { payer_account_id, lines }: Statement,
  { names, types }: { names: ReadonlyMap<string, string>; types: readonly UsageType[] },
): Parameters<typeof renderStatement>[0]["sections"] {
  const accounts = [...new Set([payer_account_id, ...lines.map(({ account_id }) => account_id)])];
  return accounts.flatMap((account_id) => {
    const own = lines.filter((line) => line.account_id === account_id);
    const account = names.get(account_id) ?? account_id;
    return own.length === 0
      ? []
      : [
          {
            account,
            lines: own.map((line) => ({ ...line, ...readableQuantity(line, types), price: readablePrice(line) })),
          },
        ];
  });
}

/** Names a browser uses for its own machine; any other reaching an open page is a foreign site that points here. */
function isLocalName(name: string): boolean {
  return ["localhost", "127.0.0.1", "::1", "[::1]"].includes(name);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
