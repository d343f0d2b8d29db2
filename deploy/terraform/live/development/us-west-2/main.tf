# A small cluster on AWS for those who cannot develop on a machine of their own. One zone holds the nodes' way out.
module "region" {
  source                = "../../../modules/region"
  name                  = "trading-development"
  environment           = "development"
  region                = "us-west-2"
  copy_region           = null
  owns_data             = true
  domain                = "development.${var.domain}"
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

  cidr                = "10.10.0.0/16"
  zones               = ["us-west-2a", "us-west-2b"]
  nat_gateways        = 1
  interface_endpoints = []
  endpoint_zones      = 1
  cluster_name        = "trading-development"
  log_retention_days  = 7

  node_groups = {
    general = {
      instance_type = "t3.large"
      min           = 1
      max           = 4
      desired       = 2
    }
    ml-workloads = {
      instance_type = "t3.large"
      min           = 1
      max           = 2
      desired       = 1
      labels        = { WorkloadType = "ml" }
      taints        = { ml-workload = "true" }
    }
  }

  postgres = {
    identifier            = "trading-postgres-development"
    database              = "trading_development"
    instance_class        = "db.t4g.medium"
    read_replicas         = 0
    multi_az              = false
    allocated_gib         = 50
    max_allocated_gib     = 100
    backup_retention_days = 7
    maintenance_window    = "Sun:04:00-Sun:05:00"
    monitoring_interval   = 60
  }

  redis    = { name = "trading-redis-development", node_type = "cache.t4g.small", nodes = 1, snapshot_days = 1 }
  influxdb = { instance_type = "t3.medium", root_gib = 30, data_gib = 50 }
  kafka    = { name = "trading-development", version = "3.8.x", instance_type = "kafka.t3.small", brokers = 2, volume_gib = 50 }
}

output "region" {
  description = "What charts and pipeline need to know of the region."
  value       = module.region
}
