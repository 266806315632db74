#!/usr/bin/env node
// The `tally` command: Node 20 cannot read TypeScript, so tsx is put in front of the command line proper, api/main.ts.
import { register } from "tsx/esm/api";

register();
await import("./main.ts");
