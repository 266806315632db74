-- Rate cards and who is on them, as they stand. What a turn wrote that is not done, or void, counts for nothing (00_fences).

-- Each version of each card in its present state.
CREATE OR REPLACE VIEW rate_card_version AS
SELECT * FROM rate_card
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY rate_card_id, version, fence DESC, revision DESC LIMIT 1 BY rate_card_id, version;

-- Each assignment that was made, by the month it counts from.
CREATE OR REPLACE VIEW current_card_assignment AS
SELECT * FROM rate_card_assignment
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY kind, id, valid_from, fence DESC, revision DESC LIMIT 1 BY kind, id, valid_from;

-- The cards of all known accounts in a period, and where they come from: the account's own assignment, else what the account says
-- of itself, else the nearest domain above it that says something, else the default. frozen 1: of those that closed the period, by what
-- accounts said when they did (scratch_closed_account); assignments do not reach closed months.
CREATE OR REPLACE VIEW card_of_account AS
WITH
  in_force AS (
    SELECT * FROM current_card_assignment WHERE valid_from <= {period:String} ORDER BY kind, id, valid_from DESC LIMIT 1 BY kind, id
  ),
  (SELECT groupArray((id, rate_card_id)) FROM in_force WHERE kind = 'domain' AND rate_card_id != '') AS domains
SELECT account.account_id AS account_id,
  splitByChar('/', account.domain) AS parts,
  arrayMap(depth -> arrayStringConcat(arraySlice(parts, 1, depth), '/'), reverse(range(1, length(parts) + 1))) AS paths,
  arrayFirst(path -> has(domains.1, path), paths) AS domain,
  multiIf(own.rate_card_id != '', 'account', own.id = '' AND account.rate_card_id != '', 'account', domain != '', 'domain', 'default') AS source,
  multiIf(
    own.rate_card_id != '', own.rate_card_id,
    source = 'account', toString(account.rate_card_id),
    source = 'domain', domains.2[indexOf(domains.1, domain)],
    account.default_card) AS card,
  if(own.override_card_id = '', card, concat(card, ' ', own.override_card_id)) AS rate_card_id,
  own.override_card_id AS override_card_id,
  account.prices_ms AS prices_ms
FROM (
  SELECT account_id, domain, toString(current_account.rate_card_id) AS rate_card_id, {default_card:String} AS default_card, toInt64(0) AS prices_ms
  FROM current_account WHERE {frozen:UInt8} = 0
  UNION ALL
  SELECT account_id, domain, rate_card_id, default_card, prices_ms FROM scratch_closed_account WHERE {frozen:UInt8} = 1
) AS account
LEFT JOIN (SELECT id, rate_card_id, override_card_id FROM in_force WHERE kind = 'account') AS own ON own.id = account.account_id;
