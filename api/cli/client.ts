// The command line's client is the one that is given to others.
export { type ApiCall, type Client, createClient, queryOf, sendOver } from "../client/client.ts";
