import type { FastifyInstance, FastifyReply } from "fastify";
import type { Clock } from "../../core/clock.ts";
import { html } from "../../core/html.ts";
import { formatInstant } from "../../core/instant.ts";
import { prefersPage } from "../http/accept.ts";
import { anywhere } from "../problems.ts";
import { viewAddresses } from "./addresses.ts";
import { type Bundle, bundleDashboard } from "./bundle.ts";

const hidden = { schema: { hide: true } };

/**
 * The dashboard: at each address of a view the same page, which reads its address and asks the API. It holds nothing of anybody, so it is
 * given to everybody; who may see what is for the API to say. What a browser may do with it is said for all answers (http/security-headers.ts).
 * Where nothing is, a browser gets it too, to say so and to lead back; who asks for anything else gets the problem.
 */
export async function dashboardRoutes(scope: FastifyInstance, { clock }: { readonly clock: Clock }): Promise<void> {
  const bundle = await bundleDashboard();
  const sendPage = (reply: FastifyReply): FastifyReply =>
    reply
      .header("cache-control", "no-store")
      .type("text/html; charset=utf-8")
      .send(renderShell(bundle, formatInstant(clock.now())));
  for (const path of ["/", ...viewAddresses.map((view) => view.path)]) {
    scope.get(path, hidden, (_request, reply) => sendPage(reply));
  }
  scope.get(anywhere, hidden, (request, reply) => {
    void reply.header("vary", "accept");
    if (prefersPage(request.headers.accept)) return sendPage(reply.code(404));
    reply.callNotFound();
    return reply;
  });
  for (const { name, media_type, content } of [bundle.script, bundle.style]) {
    scope.get(`/assets/${name}`, hidden, (_request, reply) =>
      reply
        // Its name changes with its content.
        .header("cache-control", "public, max-age=31536000, immutable")
        .type(media_type)
        .send(content),
    );
  }
}

function renderShell({ script, style }: Bundle, served_at: string): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="served-at" content="${served_at}" />
        <title>Tallyhouse</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/${style.name}" />
        <script type="module" src="/assets/${script.name}"></script>
      </head>
      <body>
        <div id="app"></div>
        <noscript>This page needs scripts. What it shows is also at the command line: npx tally --help</noscript>
      </body>
    </html> `.markup;
}
