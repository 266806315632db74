import Type from "typebox";
import { defineCommand, defineQuery } from "../../core/sql.ts";

const Text = Type.String();
const Int64 = Type.Union([Type.String(), Type.Number()]);

export const fillOpen = defineCommand(
  "aggregate/inventory/fill_open",
  Type.Object({ at_ms: Int64, from_ms: Int64, k_from: Text, k_to: Text, only_touched: Type.Integer() }),
);
export const DifferenceRow = Type.Object({
  item: Text,
  action: Type.Union([Type.Literal("open"), Type.Literal("close"), Type.Literal("differs")]),
  resource: Text,
  part: Text,
  usage_type: Type.Integer(),
  held_by: Text,
  opened_ms: Text,
  changed: Type.Array(Text),
  project_id: Text,
  zone: Text,
  offering: Text,
  template: Text,
  resource_type: Text,
  vm: Text,
  details: Text,
  tags: Text,
  size: Text,
  virtual_size: Text,
});
export const selectDifferences = defineQuery(
  "aggregate/inventory/inventory_differences",
  Type.Object({ source: Text, account_id: Text, complete_for: Type.Array(Type.Integer()), registry_version: Text }),
  DifferenceRow,
);
export const countUnattributed = defineQuery(
  "aggregate/inventory/inventory_unattributed",
  Type.Object({ account_id: Text, complete_for: Type.Array(Type.Integer()) }),
  Type.Object({ resources: Text }),
);
export const selectInventory = defineQuery(
  "aggregate/inventory/inventory",
  Type.Object({ inventory_id: Text }),
  Type.Object({
    inventory_id: Text,
    source: Text,
    account_id: Text,
    counts: Text,
    made_by: Text,
    complete_for: Type.Array(Type.Integer()),
    listed: Text,
    at_ms: Text,
    made_ms: Text,
  }),
);
export const ProposalRow = Type.Object({
  n: Type.Integer(),
  version: Text,
  action: Text,
  resource: Text,
  part: Text,
  usage_types: Type.Array(Type.Integer()),
  why: Text,
  old: Text,
  new: Text,
  event: Text,
  state: Text,
  decided_by: Text,
  reason: Text,
  decided_ms: Text,
});
export const selectProposals = defineQuery(
  "aggregate/inventory/inventory_proposals",
  Type.Object({
    inventory_id: Text,
    chosen: Type.Array(Type.Integer()),
    after_n: Type.Integer(),
    limit: Type.Integer(),
  }),
  ProposalRow,
);
export const selectStates = defineQuery(
  "aggregate/inventory/inventory_states",
  Type.Object({ inventory_id: Text }),
  Type.Object({ state: Text, proposals: Text }),
);
