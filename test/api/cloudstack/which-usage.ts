import { beforeAll, describe, expect, test } from "vitest";
import type { ClientApi, Credentials } from "./asking.ts";

/** Who asks: root, a customer, and the admin of ROOT/acme. */
interface Asking {
  readonly api: ClientApi;
  readonly acme: Credentials;
  readonly acmeDomain: Credentials;
  /** A day that every account has a record of. */
  readonly dates: Record<string, string>;
  /** Status and text of what is refused. */
  textOf(command: string, parameters: Record<string, string>, as?: Credentials): Promise<unknown[]>;
}

/** Which usage records a request is answered: by its dates, and by who asks for whose. */
export function describeWhichUsage(asking: () => Asking): void {
  let { api, acme, acmeDomain, dates, textOf } = {} as Asking;
  beforeAll(() => void ({ api, acme, acmeDomain, dates, textOf } = asking()));
  const whose = async (parameters: Record<string, string>, as?: Credentials): Promise<unknown[]> => {
    const { usagerecord = [] } = await api.answerOf("listUsageRecords", { ...dates, ...parameters }, as);
    return (usagerecord as { accountid: string }[]).map(({ accountid }) => accountid).toSorted();
  };

  describe("dates", () => {
    test.each([
      ["a day", { startdate: "2026-10-01", enddate: "2026-10-01" }, 4],
      ["with a time", { startdate: "2026-10-01 00:00:00", enddate: "2026-10-01 23:59:59" }, 4],
      ["ISO 8601 with an offset", { startdate: "2026-10-01T02:00:00+0200", enddate: "2026-10-02T01:59:59+02:00" }, 4],
      ["a window that lies partly outside", { startdate: "2026-10-01T00:00:01Z", enddate: "2026-10-02T00:00:00Z" }, 0],
      ["an end a second early", { startdate: "2026-10-01", enddate: "2026-10-01 23:59:58" }, 0],
      ["start and end the same", { startdate: "2026-10-01 00:00:00", enddate: "2026-10-01 00:00:00" }, 0],
    ])("%s", async (_why, asked, records) => {
      expect((await api.answerOf("listUsageRecords", asked))["count"] ?? 0).toBe(records);
    });

    test("an end before the start, and what is no date", async () => {
      expect(await textOf("listUsageRecords", { startdate: "2026-10-02", enddate: "2026-10-01" })).toEqual([
        431,
        "Incorrect Date Range. Start date: 2026-10-02T00:00:00+0000 is after end date:2026-10-01T23:59:59+0000",
      ]);
      const refused = "please pass dates in the format mentioned in the api documentation";
      for (const startdate of ["yesterday", "2026-02-30", "2026-10-01T25:00:00Z"])
        expect(await textOf("listUsageRecords", { ...dates, startdate })).toEqual([
          431,
          `Unable to parse date ${startdate} for command listusagerecords, ${refused}`,
        ]);
    });
  });

  describe("whose usage", () => {
    const idOf = async (path: string): Promise<string> => (await api.system.domains.byPath(path))?.domain_id ?? "";

    test("root sees all, an account, a domain, a domain with those below, a name in a domain", async () => {
      expect(await whose({})).toEqual(["acme-id", "east-id", "other-id", "twin-id"]);
      expect(await whose({ accountid: "east-id" })).toEqual(["east-id"]);
      expect(await whose({ domainid: await idOf("ROOT/acme") })).toEqual(["acme-id"]);
      expect(await whose({ domainid: await idOf("ROOT/acme"), isrecursive: "true" })).toEqual(["acme-id", "east-id"]);
      expect(await whose({ account: "acme", domainid: await idOf("ROOT/other") })).toEqual(["twin-id"]);
    });

    test("account without domainid does not widen: every account of that name, and none but those", async () => {
      expect(await whose({ account: "acme" })).toEqual(["acme-id", "twin-id"]);
      expect(await whose({ account: "acme" }, acmeDomain)).toEqual(["acme-id"]);
      const unknown = "Unable to find account nobody in domain that the caller sees";
      expect(await textOf("listUsageRecords", { ...dates, account: "nobody" })).toEqual([431, unknown]);
    });

    test("a customer sees its own, and 531 for whatever else it asks for", async () => {
      expect(await whose({}, acme)).toEqual(["acme-id"]);
      expect(await whose({ account: "acme" }, acme)).toEqual(["acme-id"]);
      const asked = [
        { accountid: "other-id" },
        { accountid: "nobody" },
        { account: "other" },
        { isrecursive: "true" },
        { domainid: await idOf("ROOT/acme") },
      ];
      for (const more of asked)
        expect(await textOf("listUsageRecords", { ...dates, ...more }, acme)).toEqual([
          531,
          "Invalid Domain Id or Account",
        ]);
    });

    test("a domain admin sees its domain, with those below when asked, and nothing beside", async () => {
      expect(await whose({}, acmeDomain)).toEqual(["acme-id"]);
      expect(await whose({ isrecursive: "true" }, acmeDomain)).toEqual(["acme-id", "east-id"]);
      expect(await whose({ domainid: await idOf("ROOT/acme/east") }, acmeDomain)).toEqual(["east-id"]);
      for (const more of [{ domainid: await idOf("ROOT/other") }, { accountid: "other-id" }, { accountid: "nobody" }])
        expect(await textOf("listUsageRecords", { ...dates, ...more }, acmeDomain)).toEqual([
          531,
          "Invalid Domain Id or Account",
        ]);
    });

    test("a project is asked for by its id, and an account's id is none", async () => {
      expect(await whose({ projectid: "rocket-id" })).toEqual([]);
      expect(await whose({ projectid: "rocket-id" }, acmeDomain)).toEqual([]);
      const [status, text] = await textOf("listUsageRecords", { ...dates, projectid: "acme-id" });
      expect([status, text]).toEqual([431, expect.stringContaining("projectid value=acme-id")]);
      expect((await textOf("listUsageRecords", { ...dates, projectid: "acme-id" }, acmeDomain))[0]).toBe(531);
    });

    test("a usage id is looked up by its type, and needs one", async () => {
      expect(await whose({ type: "1", usageid: "vm-east-id" })).toEqual(["east-id"]);
      expect(await whose({ type: "1", usageid: "vm-nowhere" })).toEqual([]);
      for (const type of ["15", "0", "-1", "70000"]) expect(await whose({ type }), type).toEqual([]);
      expect((await textOf("listUsageRecords", { ...dates, usageid: "vm-east-id" }))[0]).toBe(431);
      const both = "Projectid and accountId can't be specified together";
      expect(await textOf("listUsageRecords", { ...dates, projectid: "a", accountid: "b" })).toEqual([431, both]);
    });
  });
}
