# Everything that one region of one tier holds. Production calls it twice: what the recovery region lacks shows in its inputs.
locals {
  copies = var.copy_region != null
  # The names that the document gives stay; buckets have the account's number, since the world shares their names.
  models_bucket  = "trading-models-${var.environment}-${var.account_id}"
  backups_bucket = "trading-backups-${var.environment}-${var.account_id}"
  github_role    = var.environment == "production" ? "trading-github-deploy-production" : "trading-github-deploy-staging"
  key_services   = ["cloudwatch.amazonaws.com", "events.amazonaws.com", "backup.amazonaws.com"]
}

module "key" {
  source     = "../key"
  name       = "${var.name}-data"
  region     = var.region
  account_id = var.account_id
  services   = local.key_services
}

# Of what this region copies to the other one.
module "copy_key" {
  count      = local.copies ? 1 : 0
  source     = "../key"
  name       = "${var.name}-copies"
  region     = var.copy_region
  account_id = var.account_id
  services   = local.key_services
}

resource "aws_iam_role" "flow_logs" {
  name = "${var.name}-flow-logs"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "vpc-flow-logs.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "flow_logs" {
  role = aws_iam_role.flow_logs.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"]
      Resource = "arn:aws:logs:${var.region}:${var.account_id}:log-group:/trading/${var.name}/flow*"
    }]
  })
}

module "vpc" {
  source              = "../vpc"
  name                = var.name
  region              = var.region
  cidr                = var.cidr
  zones               = var.zones
  nat_gateways        = var.nat_gateways
  interface_endpoints = var.interface_endpoints
  endpoint_zones      = var.endpoint_zones
  logs_key_arn        = module.key.arn
  flow_logs_role_arn  = aws_iam_role.flow_logs.arn
}

module "eks" {
  source             = "../eks"
  name               = var.cluster_name
  account_id         = var.account_id
  kubernetes_version = var.kubernetes_version
  subnet_ids         = module.vpc.private_subnet_ids
  key_arn            = module.key.arn
  logs_key_arn       = module.key.arn
  log_retention_days = var.log_retention_days
  node_groups        = var.node_groups
  deployers          = { github = "arn:aws:iam::${var.account_id}:role/${local.github_role}" }
  admins             = var.admin_role_arn == null ? {} : { admin = var.admin_role_arn }
  addons             = ["coredns", "kube-proxy", "eks-pod-identity-agent", "aws-ebs-csi-driver", "metrics-server"]
}

resource "aws_iam_role" "rds_monitoring" {
  name = "${var.name}-rds-monitoring"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "monitoring.rds.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "rds_monitoring" {
  role       = aws_iam_role.rds_monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

module "postgres" {
  source                   = "../rds"
  identifier               = var.postgres.identifier
  database                 = var.postgres.database
  instance_class           = var.postgres.instance_class
  replica_class            = var.postgres.replica_class
  read_replicas            = var.postgres.read_replicas
  multi_az                 = var.postgres.multi_az
  allocated_gib            = var.postgres.allocated_gib
  max_allocated_gib        = var.postgres.max_allocated_gib
  backup_retention_days    = var.postgres.backup_retention_days
  maintenance_window       = var.postgres.maintenance_window
  monitoring_interval      = var.postgres.monitoring_interval
  source_arn               = var.postgres.source_arn
  vpc_id                   = module.vpc.vpc_id
  subnet_ids               = module.vpc.data_subnet_ids
  client_security_group_id = module.eks.security_group_id
  key_arn                  = module.key.arn
  monitoring_role_arn      = aws_iam_role.rds_monitoring.arn
  password                 = var.postgres_password
  password_version         = var.password_version
}

# Automated backups go to the other region, whatever becomes of the replica there.
resource "aws_db_instance_automated_backups_replication" "this" {
  count                  = local.copies ? 1 : 0
  region                 = var.copy_region
  source_db_instance_arn = module.postgres.arn
  kms_key_id             = module.copy_key[0].arn
  retention_period       = var.postgres.backup_retention_days
}

module "redis" {
  source                   = "../redis"
  name                     = var.redis.name
  node_type                = var.redis.node_type
  nodes                    = var.redis.nodes
  snapshot_days            = var.redis.snapshot_days
  vpc_id                   = module.vpc.vpc_id
  subnet_ids               = module.vpc.data_subnet_ids
  client_security_group_id = module.eks.security_group_id
  key_arn                  = module.key.arn
}

# The recovery region reads the copies of the other's secrets.
module "secrets" {
  count             = var.owns_data ? 1 : 0
  source            = "../secrets"
  environment       = var.environment
  names             = var.secret_names
  key_arn           = module.key.arn
  replica_region    = var.copy_region
  replica_key_arn   = local.copies ? module.copy_key[0].arn : null
  postgres_password = var.postgres_password
  influxdb_password = var.influxdb_password
  influxdb_token    = var.influxdb_token
  kafka_password    = var.kafka_password
  password_version  = var.password_version
}

module "influxdb" {
  source                   = "../influxdb"
  name                     = var.name
  region                   = var.region
  account_id               = var.account_id
  instance_type            = var.influxdb.instance_type
  root_gib                 = var.influxdb.root_gib
  data_gib                 = var.influxdb.data_gib
  zone                     = var.zones[0]
  vpc_id                   = module.vpc.vpc_id
  subnet_id                = module.vpc.private_subnet_ids[0]
  client_security_group_id = module.eks.security_group_id
  key_arn                  = module.key.arn
  secret_name              = "trading/${var.environment}/influxdb-credentials"
}

module "kafka" {
  source                   = "../msk"
  name                     = var.kafka.name
  kafka_version            = var.kafka.version
  instance_type            = var.kafka.instance_type
  brokers                  = var.kafka.brokers
  volume_gib               = var.kafka.volume_gib
  vpc_id                   = module.vpc.vpc_id
  subnet_ids               = slice(module.vpc.data_subnet_ids, 0, min(var.kafka.brokers, length(var.zones)))
  client_security_group_id = module.eks.security_group_id
  key_arn                  = module.key.arn
  logs_key_arn             = module.key.arn
  log_retention_days       = var.log_retention_days
  password                 = var.kafka_password
  password_version         = var.password_version
}

module "buckets" {
  count        = var.owns_data ? 1 : 0
  source       = "../buckets"
  region       = var.region
  account_id   = var.account_id
  key_arn      = module.key.arn
  copy_region  = var.copy_region
  copy_key_arn = local.copies ? module.copy_key[0].arn : null
  buckets = {
    models  = { name = local.models_bucket, lock_days = 0, noncurrent_days = 365 }
    backups = { name = local.backups_bucket, lock_days = 30, noncurrent_days = 35 }
  }
}

module "backup" {
  source         = "../backup-vault"
  name           = var.name
  region         = var.region
  account_id     = var.account_id
  key_arn        = module.key.arn
  retention_days = var.postgres.backup_retention_days
  copy_region    = var.copy_region
  copy_key_arn   = local.copies ? module.copy_key[0].arn : null
}

module "services" {
  source        = "../services"
  cluster_name  = module.eks.name
  region        = var.region
  account_id    = var.account_id
  environment   = var.environment
  namespace     = var.environment == "development" ? "trading-development" : "trading-${var.environment}"
  models_bucket = var.owns_data ? local.models_bucket : "${local.models_bucket}-copy"
  zone_id       = var.zone_id
  model_readers = ["prediction-service"]
}

module "runners" {
  source                    = "../runners"
  name                      = var.name
  region                    = var.region
  account_id                = var.account_id
  repository_url            = "https://github.com/${var.github_repository}.git"
  connection_arn            = var.github_connection_arn
  vpc_id                    = module.vpc.vpc_id
  subnet_ids                = module.vpc.private_subnet_ids
  cluster_security_group_id = module.eks.security_group_id
  key_arn                   = module.key.arn
  logs_key_arn              = module.key.arn
}

module "alarms" {
  source               = "../alarms"
  name                 = var.name
  account_id           = var.account_id
  key_arn              = module.key.arn
  mail                 = var.alarm_mail
  postgres             = module.postgres.identifier
  postgres_follows     = var.postgres.source_arn != null
  redis                = module.redis.name
  kafka                = module.kafka.name
  influxdb_instance_id = module.influxdb.instance_id
}

# For the balancers that the cluster makes: they find it by its name.
resource "aws_acm_certificate" "this" {
  domain_name               = "*.${var.region}.${var.domain}"
  subject_alternative_names = ["*.${var.domain}"]
  validation_method         = "DNS"
  lifecycle { create_before_destroy = true }
}

# Both regions of a tier prove the tier's own name with the same record.
resource "aws_route53_record" "proof" {
  for_each = toset(["*.${var.region}.${var.domain}", "*.${var.domain}"])
  zone_id  = var.zone_id
  name = one([
    for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_name if option.domain_name == each.key
  ])
  records = [one([
    for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_value if option.domain_name == each.key
  ])]
  type            = "CNAME"
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.proof : record.fqdn]
}

# Traces of orders are kept whole; of the rest a twentieth.
resource "aws_xray_sampling_rule" "orders" {
  rule_name      = "${substr(var.name, 0, 24)}-orders"
  priority       = 100
  version        = 1
  reservoir_size = 10
  fixed_rate     = 1
  service_name   = "execution"
  service_type   = "*"
  host           = "*"
  http_method    = "*"
  url_path       = "*"
  resource_arn   = "*"
}
