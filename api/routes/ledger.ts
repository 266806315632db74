import Type, { type Static } from "typebox";
import { instant } from "../../core/instant.ts";
import {
  Balance as CoreBalance,
  BalanceNotice as CoreNotice,
  BalanceThreshold as CoreThreshold,
  LedgerEntry as CoreEntry,
} from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { maySee, outOfSight, seenBy } from "../access/scope.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readInstant, readPage } from "../paging.ts";
import { columnsOf } from "../reports/report-columns.ts";
import { everyPageOf, FILE_MS, REPORT_PAGE, reportContents, reportForm, sendReport } from "../reports/send-report.ts";
import type { System } from "../system.ts";

const tags = ["ledger"];
const Balance = Type.Object(CoreBalance.properties, { $id: "Balance", additionalProperties: false });
const LedgerEntry = Type.Object(CoreEntry.properties, { $id: "LedgerEntry", additionalProperties: false });
const BalanceNotice = Type.Object(CoreNotice.properties, { $id: "BalanceNotice", additionalProperties: false });
const Threshold = Type.Object(CoreThreshold.properties, { $id: "BalanceThreshold", additionalProperties: false });
const ThresholdChange = Type.Object(
  { low: Type.Union([Type.String({ maxLength: 24 }), Type.Null()]) },
  { $id: "BalanceThresholdChange", additionalProperties: false },
);
const Text = Type.Optional(Type.String({ maxLength: 256 }));
const BalanceQuery = Type.Object(
  {
    account_id: Type.Optional(Type.String({ maxLength: 256, description: "the payer" })),
    at: Type.Optional(Type.String({ description: "an instant that has come; left out: now" })),
    ...pageQuery,
  },
  { additionalProperties: false },
);
const EntryQuery = Type.Object(
  {
    payer_account_id: Text,
    currency: Text,
    ledger_account: Text,
    kind: Text,
    period: Text,
    statement_id: Text,
    from: Type.Optional(Type.String({ description: "booked from then on" })),
    to: Type.Optional(Type.String({ description: "booked before then" })),
    ...pageQuery,
  },
  { additionalProperties: false },
);
const NoticeQuery = Type.Object({ payer_account_id: Text, ...pageQuery }, { additionalProperties: false });
const Name = Type.Object({ id: Type.String() });
const BalancePlace = Type.Object({ payer_account_id: Type.String(), currency: Type.String(), at_ms: Type.Number() });
const EntryPlace = Type.Object({ booked_ms: Type.Number(), posting_id: Type.String(), entry: Type.Integer() });
const NoticePlace = Type.Object({
  noticed_ms: Type.Number(),
  payer_account_id: Type.String(),
  currency: Type.String(),
  turn: Type.Integer(),
});

const entryColumns = columnsOf(CoreEntry, { amount: "decimal", booked_at: "time" });

const notice: Static<typeof BalanceNotice> = {
  notice_id: "bl_5f0c2a7be1d94c60a3f15f0c2a7be1d9",
  payer_account_id: "9b2e41d0",
  currency: "EUR",
  turn: 1,
  state: "low",
  balance: "18.40",
  low_amount: "20.00",
  noticed_at: "2026-11-20T00:16:02.000Z",
};
const answerThreshold = answer({
  status: 200,
  description: "null: what the setting billing.prepaid.low says",
  schema: Threshold,
  problems: ["unreadable-body", "unsupported-media-type", "control-unavailable"],
});

/** Balances, the entries they are sums of, and what is noticed of prepaid ones. */
export function ledgerRoutes(
  app: Api,
  system: Pick<System, "clock" | "store" | "ledger" | "thresholds" | "settleMoney">,
): void {
  const { clock, ledger, thresholds, settleMoney } = system;
  app.get(
    "/v1/balances",
    {
      schema: {
        operationId: "listBalances",
        summary: "What payers have and owe, now or at a past moment",
        tags,
        querystring: BalanceQuery,
        response: answer({
          status: 200,
          description: "By payer and currency",
          schema: pageOf(Balance, "BalancePage"),
          problems: ["not-found"],
        }),
      },
    },
    async ({ query: { account_id: payer_account_id = "", at = "", cursor, limit }, caller }) => {
      const within = await seenBy(system, caller, payer_account_id);
      // The pages of one list are of one moment.
      let asked_ms = at === "" ? clock.now() : readInstant("at", at);
      return readPage({
        question: { list: "balances", payer_account_id, at },
        cursor,
        limit,
        place: BalancePlace,
        read: async (after, most) => {
          if (after !== null) asked_ms = instant(after.at_ms);
          return ledger.balances({ payer_account_id, within, at: asked_ms, after, limit: most });
        },
        placeOf: ({ payer_account_id: payer, currency }) => ({ payer_account_id: payer, currency, at_ms: asked_ms }),
      });
    },
  );

  app.get(
    "/v1/ledger",
    {
      handlerTimeout: FILE_MS,
      schema: {
        operationId: "listLedgerEntries",
        summary: "The entries of the double-entry ledger",
        tags,
        querystring: EntryQuery,
        response: answer({
          status: 200,
          description: "In the order they were booked: the last cursor goes on where the list ended",
          schema: pageOf(LedgerEntry, "LedgerEntryPage"),
          problems: ["not-found"],
          also: reportContents,
        }),
      },
    },
    async (request, reply) => {
      const { from, to, cursor, limit, ...given } = request.query;
      const { caller } = request;
      const form = reportForm(request);
      const { payer_account_id = "", currency = "", ledger_account = "", kind = "", period = "" } = given;
      const texts = { payer_account_id, currency, ledger_account, kind, period };
      const names = { ...texts, statement_id: given.statement_id ?? "" };
      const filter = {
        ...names,
        within: await seenBy(system, caller, payer_account_id),
        from: from === undefined ? null : readInstant("from", from),
        to: to === undefined ? null : readInstant("to", to),
      };
      const placeOf = (last: CoreEntry): Static<typeof EntryPlace> => ({
        booked_ms: readInstant("booked_at", last.booked_at),
        posting_id: last.posting_id,
        entry: last.entry,
      });
      if (form !== null) {
        const pages = everyPageOf(async (after: Static<typeof EntryPlace> | undefined) => {
          const rows = await ledger.entries({ filter, after: after ?? null, limit: REPORT_PAGE });
          const last = rows.at(-1);
          return { rows, next: last === undefined || rows.length < REPORT_PAGE ? null : placeOf(last) };
        });
        return sendReport(system, { reply, form, name: "ledger", columns: entryColumns, pages });
      }
      return readPage({
        question: { list: "ledger", ...names, from: from ?? "", to: to ?? "" },
        cursor,
        limit,
        place: EntryPlace,
        read: (after, most) => ledger.entries({ filter, after, limit: most }),
        placeOf,
      });
    },
  );

  app.get(
    "/v1/balance-notices",
    {
      schema: {
        operationId: "listBalanceNotices",
        summary: "Prepaid balances that became low or empty, or are enough again",
        tags,
        querystring: NoticeQuery,
        response: answer({
          status: 200,
          description: "Oldest first; each time once",
          schema: pageOf(BalanceNotice, "BalanceNoticePage"),
          example: { data: [notice], next_cursor: null },
          problems: ["not-found"],
        }),
      },
    },
    async ({ query: { payer_account_id = "", cursor, limit }, caller }) => {
      const within = await seenBy(system, caller, payer_account_id);
      return readPage({
        question: { list: "balance-notices", payer_account_id },
        cursor,
        limit,
        place: NoticePlace,
        read: (after, most) => thresholds.notices({ payer_account_id, within, after, limit: most }),
        placeOf: ({ noticed_at, payer_account_id: payer, currency, turn }) => ({
          noticed_ms: readInstant("noticed_at", noticed_at),
          payer_account_id: payer,
          currency,
          turn,
        }),
      });
    },
  );

  app.get(
    "/v1/accounts/:id/balance-threshold",
    {
      schema: {
        operationId: "getBalanceThreshold",
        summary: "At or below what a prepaid payer's balance is low",
        tags,
        params: Name,
        response: answerThreshold,
      },
    },
    async ({ params: { id }, caller }) => {
      if (!(await maySee(system, caller, id))) throw outOfSight(id);
      return thresholds.get(id);
    },
  );

  app.put(
    "/v1/accounts/:id/balance-threshold",
    {
      schema: {
        operationId: "putBalanceThreshold",
        summary: "Say at or below what a prepaid payer's balance is low",
        tags,
        params: Name,
        body: ThresholdChange,
        response: answerThreshold,
      },
    },
    async ({ params: { id }, body, caller }) => {
      const put = await thresholds.put(id, { low: body.low, by: authorOf({ caller }) });
      await settleMoney(id);
      return put;
    },
  );
}
