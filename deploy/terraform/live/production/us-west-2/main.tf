# Production. Whatever differs from the recovery region differs in these inputs.
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

  cidr                = "10.30.0.0/16"
  zones               = ["us-west-2a", "us-west-2b", "us-west-2c"]
  nat_gateways        = 3
  interface_endpoints = ["ecr.api", "ecr.dkr", "secretsmanager", "sts", "logs", "xray"]
  endpoint_zones      = 3
  cluster_name        = "trading-prod-primary"
  log_retention_days  = 365

  node_groups = {
    general = {
      instance_type = "m5.xlarge"
      min           = 3
      max           = 20
      desired       = 6
    }
    ml-workloads = {
      instance_type = "c5.2xlarge"
      min           = 2
      max           = 10
      desired       = 4
      labels        = { WorkloadType = "ml" }
      taints        = { ml-workload = "true" }
    }
    high-memory = {
      instance_type = "r5.xlarge"
      min           = 1
      max           = 5
      desired       = 2
      labels        = { WorkloadType = "high-memory" }
    }
  }

  postgres = {
    identifier            = "trading-postgres-prod"
    database              = "trading_prod"
    instance_class        = "db.r5.2xlarge"
    replica_class         = "db.r5.xlarge"
    read_replicas         = 2
    multi_az              = true
    allocated_gib         = 1000
    max_allocated_gib     = 5000
    backup_retention_days = 30
    maintenance_window    = "Sun:04:00-Sun:06:00"
    monitoring_interval   = 15
  }

  redis    = { name = "trading-redis-prod", node_type = "cache.r6g.xlarge", nodes = 3, snapshot_days = 7 }
  influxdb = { instance_type = "m5.xlarge", root_gib = 100, data_gib = 1000 }
  kafka    = { name = "trading-production", version = "3.8.x", instance_type = "kafka.m5.large", brokers = 3, volume_gib = 500 }
}

output "region" {
  description = "What charts and pipeline need to know of the region."
  value       = module.region
}
