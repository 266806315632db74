import type { UsageType } from "../../../client/nouns.ts";
import { said } from "../address.ts";
import { ask } from "../client.ts";
import { groupDigits, trimZeros, typeTitle } from "../figures.ts";
import { useLoad } from "../load.ts";
import { Answer } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";

/** Resources named of one answer. */
const RESOURCES_MAX = 10_000;

/** The resources that used most of the type chosen. */
export function Resources({
  from,
  to,
  account,
  basis,
  types,
}: {
  readonly from: string;
  readonly to: string;
  readonly account: string;
  readonly basis: "usage" | "billing";
  readonly types: readonly UsageType[];
}) {
  const type = said("type");
  const chosen = types.find(({ usage_type }) => String(usage_type) === type);
  const key = chosen === undefined ? null : JSON.stringify(["resources", from, to, account, type, basis]);
  const found = useLoad(key, (signal) =>
    ask("summarizeUsage", {
      query: {
        from,
        to,
        account_id: account,
        basis,
        usage_type: Number(type),
        group_by: "resource",
        clip: true,
        limit: RESOURCES_MAX,
      },
      signal,
    }),
  );
  if (chosen === undefined) return null;
  return (
    <section aria-labelledby="resources">
      <h2 id="resources">{typeTitle(chosen.name)} by resource</h2>
      <p class="muted">{chosen.description}</p>
      <Answer of={found}>
        {({ data, truncated }) => (
          <>
            {truncated ? <p class="notice">The first {RESOURCES_MAX} resources.</p> : null}
            <Table
              caption={`${typeTitle(chosen.name)} by resource, the most first`}
              file={`usage-${chosen.name.toLowerCase()}-by-resource`}
              rows={data.toSorted((a, b) => Number(b.display_quantity) - Number(a.display_quantity))}
              keyOf={({ group }) => String(group["resource"])}
              columns={[
                {
                  title: "Resource",
                  cell: ({ name, group }) => name ?? String(group["resource"]),
                  csv: ({ name }) => name ?? "",
                },
                { title: "Id", text: true, cell: ({ group }) => String(group["resource"]) },
                {
                  title: `Quantity, ${chosen.display_unit}`,
                  cell: ({ display_quantity }) => groupDigits(trimZeros(display_quantity)),
                  csv: ({ display_quantity }) => display_quantity,
                },
                {
                  title: "Records",
                  cell: ({ records }) => groupDigits(String(records)),
                  csv: ({ records }) => String(records),
                },
              ]}
            />
          </>
        )}
      </Answer>
    </section>
  );
}
