#!/usr/bin/env bash
# up.sh FOLDER [plan|apply|output]: runs Terraform or OpenTofu in live/FOLDER with settings.tfvars. Passwords are made up anew for each
# run and sent only when password_version grows; they stay in this process.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?Say a folder below live: bootstrap, global, staging/us-west-2, …}
action=${2:-plan}
program=${TOFU:-$(command -v tofu || command -v terraform || true)}
[[ -n $program ]] || { echo "Neither tofu nor terraform is in PATH." >&2; exit 1; }
settings=$here/settings.tfvars
[[ -f $settings ]] || { echo "$settings is not there: copy settings.tfvars.example and fill it in." >&2; exit 1; }
[[ -d $here/live/$folder ]] || { echo "There is no folder live/$folder." >&2; exit 1; }
cd "$here/live/$folder"

account=$(sed -n 's/^account_id *= *"\([0-9]*\)".*/\1/p' "$settings")
init=(-input=false)
[[ $folder == bootstrap ]] || init+=("-backend-config=bucket=trading-terraform-$account")
"$program" init "${init[@]}"
[[ $action != output ]] || exec "$program" output

password() { openssl rand -hex 24; }
if [[ -f passwords.tf ]]; then
  TF_VAR_postgres_password=$(password) TF_VAR_influxdb_password=$(password)
  TF_VAR_influxdb_token=$(password) TF_VAR_kafka_password=$(password)
  export TF_VAR_postgres_password TF_VAR_influxdb_password TF_VAR_influxdb_token TF_VAR_kafka_password
fi
exec "$program" "$action" -var-file="$settings"
