#!/usr/bin/env bash
# redis-token.sh REGION GROUP SECRET: gives a Redis group a new token and writes it to its secret. Terraform does not do it,
# because the provider keeps the token in its state. The old token stays valid until the next run (ROTATE).
set -euo pipefail

region=${1:?Say the region} group=${2:?Say the replication group} secret=${3:?Say the secret}
umask 077
file=$(mktemp)
trap 'rm -f "$file"' EXIT
token=$(openssl rand -hex 32)

# From files, not arguments: arguments are seen by everyone on this machine.
printf '{"username":"default","password":"%s"}' "$token" >"$file"
aws secretsmanager put-secret-value --region "$region" --secret-id "$secret" --secret-string "file://$file" >/dev/null
printf '{"ReplicationGroupId":"%s","AuthToken":"%s","AuthTokenUpdateStrategy":"ROTATE","ApplyImmediately":true}' "$group" "$token" >"$file"
aws elasticache modify-replication-group --region "$region" --cli-input-json "file://$file" >/dev/null
aws elasticache wait replication-group-available --region "$region" --replication-group-id "$group"
echo "$group has a new token; $secret holds it."
