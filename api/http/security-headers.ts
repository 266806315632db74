import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

const YEAR_S = 31_536_000;

/**
 * What a browser may do with any answer: scripts, styles, data and pictures of this server alone, nothing in a frame, forms to this server
 * alone, no guessing of types. What needs less says so in its own answer. `https`: this server speaks TLS itself.
 */
export async function secureHeaders(app: FastifyInstance, { https }: { https: boolean }): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: "deny" },
    referrerPolicy: { policy: "same-origin" },
    // On plain HTTP it would say nothing; of a proxy's TLS the proxy knows. Other names of the domain are not ours to speak for.
    strictTransportSecurity: https && { maxAge: YEAR_S, includeSubDomains: false },
  });
}
