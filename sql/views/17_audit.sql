-- What was changed of control data: of each version what it says, and what the one before it said. Keys, users and webhooks without what is
-- secret of them. Versioned tables hold all of it already, so nothing is written a second time.

CREATE OR REPLACE VIEW audit_change AS
SELECT kind, id, changed_at, changed_by, version,
  lagInFrame(said, 1, '') OVER (PARTITION BY kind, id ORDER BY fence, version ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS before,
  said AS after
FROM (
  SELECT 'account' AS kind, toString(account.account_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(account.name), 'kind', toString(account.kind), 'domain', toString(account.domain), 'payer_account_id', toString(account.payer_account_id), 'currency', toString(account.currency), 'time_zone', toString(account.time_zone), 'payment', toString(account.payment), 'rate_card_id', toString(account.rate_card_id), 'state', toString(account.state))) AS said
  FROM account
  UNION ALL
  SELECT 'setting' AS kind, toString(setting.name) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('value', toString(setting.value))) AS said
  FROM setting
  UNION ALL
  SELECT 'key' AS kind, toString(api_key.key_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(api_key.name), 'role', toString(api_key.role), 'account_id', toString(api_key.account_id), 'domain', toString(api_key.domain), 'user_id', toString(api_key.user_id), 'state', toString(api_key.state), 'sources', toString(api_key.sources), 'cidrs', toString(api_key.cidrs), 'expires_ms', toString(api_key.expires_ms))) AS said
  FROM api_key
  UNION ALL
  SELECT 'user' AS kind, toString(access_user.user_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('account_id', toString(access_user.account_id), 'username', toString(access_user.username), 'email', toString(access_user.email), 'first_name', toString(access_user.first_name), 'last_name', toString(access_user.last_name), 'role', toString(access_user.role), 'time_zone', toString(access_user.time_zone), 'state', toString(access_user.state), 'password_ms', toString(access_user.password_ms))) AS said
  FROM access_user
  UNION ALL
  SELECT 'catalogue' AS kind, concat(toString(catalogue_entry.kind), '/', catalogue_entry.id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(catalogue_entry.name), 'attributes', toString(catalogue_entry.attributes))) AS said
  FROM catalogue_entry
  UNION ALL
  SELECT 'rate-card' AS kind, toString(rate_card.rate_card_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(rate_card.name), 'currency', toString(rate_card.currency), 'revision', toString(rate_card.revision), 'state', toString(rate_card.state), 'valid_from', toString(rate_card.valid_from), 'valid_to', toString(rate_card.valid_to), 'tariffs', toString(rate_card.tariffs), 'charges', toString(rate_card.charges))) AS said
  FROM rate_card
  UNION ALL
  SELECT 'issuer' AS kind, toString(issuer.issuer_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('body', toString(issuer.body))) AS said
  FROM issuer
  UNION ALL
  SELECT 'billing-profile' AS kind, toString(billing_profile.account_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('body', toString(billing_profile.body))) AS said
  FROM billing_profile
  UNION ALL
  SELECT 'tax-rate' AS kind, toString(tax_rate.tax_rate_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('body', toString(tax_rate.body))) AS said
  FROM tax_rate
  UNION ALL
  SELECT 'budget' AS kind, toString(budget.budget_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(budget.name), 'scope', toString(budget.scope), 'owner_id', toString(budget.owner_id), 'currency', toString(budget.currency), 'amount', toString(budget.amount), 'period', toString(budget.period), 'thresholds', toString(budget.thresholds), 'state', toString(budget.state))) AS said
  FROM budget
  UNION ALL
  SELECT 'balance-threshold' AS kind, toString(balance_threshold.account_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('low', toString(balance_threshold.low))) AS said
  FROM balance_threshold
  UNION ALL
  SELECT 'credit' AS kind, toString(credit_grant.credit_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('payer_account_id', toString(credit_grant.payer_account_id), 'currency', toString(credit_grant.currency), 'kind', toString(credit_grant.kind), 'amount', toString(credit_grant.amount), 'state', toString(credit_grant.state), 'reason', toString(credit_grant.reason))) AS said
  FROM credit_grant
  UNION ALL
  SELECT 'payment' AS kind, toString(payment.payment_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('payer_account_id', toString(payment.payer_account_id), 'currency', toString(payment.currency), 'amount', toString(payment.amount), 'statement_id', toString(payment.statement_id), 'method', toString(payment.method), 'note', toString(payment.note))) AS said
  FROM payment
  UNION ALL
  SELECT 'webhook' AS kind, toString(webhook.webhook_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('url', toString(webhook.url), 'facts', toString(webhook.facts), 'state', toString(webhook.state))) AS said
  FROM webhook
  UNION ALL
  SELECT 'rate-card-assignment' AS kind, concat(toString(rate_card_assignment.kind), '/', rate_card_assignment.id, '/', rate_card_assignment.valid_from) AS id,
    changed_at, changed_by, rate_card_assignment.revision AS version, fence,
    toJSONString(map('rate_card_id', rate_card_assignment.rate_card_id, 'override_card_id', rate_card_assignment.override_card_id)) AS said
  FROM rate_card_assignment
  UNION ALL
  SELECT 'usage-type' AS kind, toString(usage_type_added.usage_type) AS id, added_at AS changed_at, added_by AS changed_by, toUInt64(1) AS version, fence,
    toJSONString(map('definition', toString(usage_type_added.definition))) AS said
  FROM usage_type_added
)
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence);
