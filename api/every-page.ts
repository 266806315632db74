import type { Account, Accounts } from "../core/accounts.ts";
import type { Statement, Statements } from "../rating/index.ts";

const PAGE = 1_000;

/** All statements of a period, by payer, page by page. */
export async function* everyStatement(
  statements: Statements,
  filter: { period: string; payer_account_id?: string },
): AsyncGenerator<Statement> {
  for (let after: { after?: string; after_currency?: string; after_id?: string } = {}; ;) {
    const page = await statements.list({ ...filter, ...after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = { after: last.payer_account_id, after_currency: last.currency, after_id: last.id };
  }
}

/** All accounts by id, deleted ones too. */
export async function readAccounts(accounts: Pick<Accounts, "list">): Promise<Map<string, Account>> {
  const known = new Map<string, Account>();
  for (let after_id = ""; ;) {
    const page = await accounts.list({ after_id, limit: PAGE });
    for (const account of page) known.set(account.account_id, account);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return known;
    after_id = last.account_id;
  }
}
