# The recovery region: follows the data of us-west-2 and holds enough to take over. Set up after us-west-2.
module "region" {
  source                = "../../../modules/region"
  name                  = "trading-recovery"
  environment           = "production"
  region                = "us-east-1"
  copy_region           = null
  owns_data             = false
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

  cidr                = "10.40.0.0/16"
  zones               = ["us-east-1a", "us-east-1b", "us-east-1c"]
  nat_gateways        = 3
  interface_endpoints = ["ecr.api", "ecr.dkr", "secretsmanager", "sts", "logs", "xray"]
  endpoint_zones      = 3
  cluster_name        = "trading-prod-secondary"
  log_retention_days  = 365

  # ml and high-memory are there with one machine each, so that every pod of the primary finds its place.
  node_groups = {
    general = {
      instance_type = "m5.large"
      min           = 2
      max           = 10
      desired       = 3
    }
    ml-workloads = {
      instance_type = "c5.2xlarge"
      min           = 1
      max           = 10
      desired       = 1
      labels        = { WorkloadType = "ml" }
      taints        = { ml-workload = "true" }
    }
    high-memory = {
      instance_type = "r5.xlarge"
      min           = 1
      max           = 5
      desired       = 1
      labels        = { WorkloadType = "high-memory" }
    }
  }

  postgres = {
    identifier            = "trading-postgres-recovery"
    database              = "trading_prod"
    instance_class        = "db.r5.2xlarge"
    replica_class         = "db.r5.xlarge"
    read_replicas         = 0
    multi_az              = false
    allocated_gib         = 1000
    max_allocated_gib     = 5000
    backup_retention_days = 30
    maintenance_window    = "Sun:04:00-Sun:06:00"
    monitoring_interval   = 15
    source_arn            = "arn:aws:rds:us-west-2:${var.account_id}:db:trading-postgres-prod"
  }

  redis    = { name = "trading-redis-recovery", node_type = "cache.r6g.xlarge", nodes = 2, snapshot_days = 7 }
  influxdb = { instance_type = "m5.xlarge", root_gib = 100, data_gib = 1000 }
  kafka    = { name = "trading-recovery", version = "3.8.x", instance_type = "kafka.m5.large", brokers = 3, volume_gib = 500 }
}

output "region" {
  description = "What charts and pipeline need to know of the region."
  value       = module.region
}
