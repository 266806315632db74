import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/**
 * What a browser may do with any answer: scripts, styles, data and pictures of this server alone, nothing in a frame, forms to this server
 * alone, no guessing of types. What needs less says so in its own answer.
 */
export async function secureHeaders(app: FastifyInstance): Promise<void> {
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
    // On plain HTTP it says nothing, and behind TLS of this server a browser must not be locked out when the operator takes it away again.
    strictTransportSecurity: false,
  });
}
