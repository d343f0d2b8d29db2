# PostgreSQL: a source with read replicas, or in the recovery region a replica of the other region's source.
variable "identifier" { type = string }
variable "database" { type = string }
variable "instance_class" { type = string }
variable "replica_class" { type = string }
variable "read_replicas" { type = number }
variable "multi_az" { type = bool }
variable "allocated_gib" { type = number }
variable "max_allocated_gib" { type = number }
variable "backup_retention_days" { type = number }
variable "maintenance_window" { type = string }
variable "monitoring_interval" { type = number }
variable "source_arn" {
  description = "Instance in another region that this one follows; null for a source."
  type        = string
  default     = null
}
variable "vpc_id" { type = string }
variable "subnet_ids" { type = list(string) }
variable "client_security_group_id" { type = string }
variable "key_arn" { type = string }
variable "monitoring_role_arn" { type = string }
variable "password" {
  description = "Only a new version sends it; state never has it."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = null
}
variable "password_version" { type = number }

locals {
  follows = var.source_arn != null
}

resource "aws_db_subnet_group" "this" {
  name       = var.identifier
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.identifier}-postgres"
  description = "PostgreSQL"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "PostgreSQL from the cluster"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.identifier}-"
  family      = "postgres17"

  dynamic "parameter" {
    for_each = {
      "rds.force_ssl"                       = "1"
      "log_min_duration_statement"          = "500"
      "idle_in_transaction_session_timeout" = "60000"
    }
    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle { create_before_destroy = true }
}

resource "aws_db_instance" "this" {
  identifier     = var.identifier
  engine         = local.follows ? null : "postgres"
  engine_version = local.follows ? null : "17"
  instance_class = var.instance_class

  replicate_source_db   = var.source_arn
  allocated_storage     = local.follows ? null : var.allocated_gib
  max_allocated_storage = var.max_allocated_gib
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.key_arn

  db_name             = local.follows ? null : var.database
  username            = local.follows ? null : "trading"
  password_wo         = local.follows ? null : var.password
  password_wo_version = local.follows ? null : var.password_version

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  publicly_accessible    = false
  multi_az               = var.multi_az
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period   = var.backup_retention_days
  backup_window             = "03:00-04:00"
  maintenance_window        = var.maintenance_window
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "${var.identifier}-final"

  auto_minor_version_upgrade            = true
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.key_arn
  performance_insights_retention_period = 7
  monitoring_interval                   = var.monitoring_interval
  monitoring_role_arn                   = var.monitoring_role_arn
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]

  lifecycle { prevent_destroy = true }
}

resource "aws_db_instance" "read" {
  count                           = var.read_replicas
  identifier                      = "${var.identifier}-read-${count.index + 1}"
  replicate_source_db             = aws_db_instance.this.identifier
  instance_class                  = var.replica_class
  max_allocated_storage           = var.max_allocated_gib
  storage_type                    = "gp3"
  storage_encrypted               = true
  kms_key_id                      = var.key_arn
  vpc_security_group_ids          = [aws_security_group.this.id]
  parameter_group_name            = aws_db_parameter_group.this.name
  publicly_accessible             = false
  deletion_protection             = true
  skip_final_snapshot             = true
  auto_minor_version_upgrade      = true
  maintenance_window              = var.maintenance_window
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = var.monitoring_role_arn
}

output "identifier" { value = aws_db_instance.this.identifier }
output "arn" { value = aws_db_instance.this.arn }
output "address" { value = aws_db_instance.this.address }
