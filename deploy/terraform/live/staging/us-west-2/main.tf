# One region, several zones, the sizes of the document.
module "region" {
  source                = "../../../modules/region"
  name                  = "trading-staging"
  environment           = "staging"
  region                = "us-west-2"
  copy_region           = null
  owns_data             = true
  domain                = "staging.${var.domain}"
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

  cidr                = "10.20.0.0/16"
  zones               = ["us-west-2a", "us-west-2b", "us-west-2c"]
  nat_gateways        = 1
  interface_endpoints = ["ecr.api", "ecr.dkr", "secretsmanager", "sts", "logs", "xray"]
  endpoint_zones      = 2
  cluster_name        = "trading-staging"
  log_retention_days  = 30

  node_groups = {
    general = {
      instance_type = "m5.large"
      min           = 2
      max           = 6
      desired       = 3
    }
    ml-workloads = {
      instance_type = "c5.xlarge"
      min           = 1
      max           = 4
      desired       = 2
      labels        = { WorkloadType = "ml" }
      taints        = { ml-workload = "true" }
    }
  }

  postgres = {
    identifier            = "trading-postgres-staging"
    database              = "trading_staging"
    instance_class        = "db.t3.medium"
    read_replicas         = 0
    multi_az              = true
    allocated_gib         = 100
    max_allocated_gib     = 500
    backup_retention_days = 7
    maintenance_window    = "Sun:04:00-Sun:05:00"
    monitoring_interval   = 60
  }

  redis    = { name = "trading-redis-staging", node_type = "cache.t3.medium", nodes = 2, snapshot_days = 7 }
  influxdb = { instance_type = "m5.large", root_gib = 100, data_gib = 500 }
  kafka    = { name = "trading-staging", version = "3.8.x", instance_type = "kafka.t3.small", brokers = 3, volume_gib = 100 }
}

output "region" {
  description = "What charts and pipeline need to know of the region."
  value       = module.region
}
