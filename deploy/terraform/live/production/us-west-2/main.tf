# Production. Whatever differs from the recovery region differs in these inputs.
locals {
  sizes = jsondecode(file("${path.module}/sizes.json"))
}

module "region" {
  source                = "../../../modules/region"
  name                  = "trading-production"
  environment           = "production"
  region                = "us-west-2"
  copy_region           = "us-east-1"
  owns_data             = true
  domain                = var.domain
  account_id            = var.account_id
  zone_id               = var.zone_id
  github_repository     = var.github_repository
  github_connection_arn = var.github_connection_arn
  alarm_mail            = var.alarm_mail
  admin_role_arn        = var.admin_role_arn
  postgres_password     = var.postgres_password
  influxdb_password     = var.influxdb_password
  influxdb_token        = var.influxdb_token
  kafka_password        = var.kafka_password
  password_version      = var.password_version

  # How much of everything: read here and by the estimate of costs.
  cidr                = local.sizes.cidr
  zones               = local.sizes.zones
  nat_gateways        = local.sizes.nat_gateways
  interface_endpoints = local.sizes.interface_endpoints
  endpoint_zones      = local.sizes.endpoint_zones
  cluster_name        = local.sizes.cluster_name
  log_retention_days  = local.sizes.log_retention_days
  node_groups         = local.sizes.node_groups
  postgres            = local.sizes.postgres
  redis               = local.sizes.redis
  influxdb            = local.sizes.influxdb
  kafka               = local.sizes.kafka
}

output "region" {
  description = "What charts and pipeline need to know of the region."
  value       = module.region
}
