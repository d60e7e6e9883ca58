-- SPDX-License-Identifier: Apache-2.0
-- For pgbench: the statements of one registration, as the portal runs them for one alone, in a transaction of their own.
\set thing random(1, 9000000000000000000)
\set at 1800000000000 + :client_id
BEGIN;
SELECT c.id, c.endpoint, c.state, c.expires_at
  FROM (SELECT claim_id FROM deliveries WHERE thing_name = lpad(:thing::text, 32, '0') ORDER BY claim_id DESC LIMIT 8) d
  JOIN claims c ON c.id = d.claim_id WHERE c.ended_at IS NULL ORDER BY c.id DESC LIMIT 1;
SELECT 1 FROM claims WHERE thing_name = lpad(:thing::text, 32, '0') AND state = 'onboarded' LIMIT 1;
INSERT INTO claims (thing_name, endpoint, state, accepted_at, expires_at, onboarded_before)
VALUES (lpad(:thing::text, 32, '0'), 'sandbox', 'queued', :at, :at::bigint + 900000, 0)
ON CONFLICT (thing_name) WHERE ended_at IS NULL DO NOTHING RETURNING id \gset
INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at)
VALUES (:id, 'sandbox', lpad(:thing::text, 32, '0'), 'sandbox', :at);
INSERT INTO registrations (token, claim_id, accepted_at, contact_name, contact_email, idempotency_key, request_digest)
VALUES (md5(:thing::text), :id, :at, NULL, NULL, NULL, md5(:thing::text) || md5((:at::bigint)::text))
ON CONFLICT (idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING;
SELECT c.thing_name, c.endpoint, c.state, r.accepted_at, c.published_at, c.provisioned_at, c.connected_at, c.ended_at,
       c.expires_at, c.attempts, c.onboarded_before, r.cancelled_at, c.id
  FROM registrations r JOIN claims c ON c.id = r.claim_id WHERE r.token = md5(:thing::text);
COMMIT;
