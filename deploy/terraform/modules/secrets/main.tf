# The secrets that charts read, by name. Those that Terraform makes up are written without entering state; the others are
# filled in by their owner.
variable "environment" { type = string }
variable "names" { type = set(string) }
variable "key_arn" { type = string }
variable "replica_region" {
  type    = string
  default = null
}
variable "replica_key_arn" {
  type    = string
  default = null
}
variable "postgres_password" {
  type      = string
  ephemeral = true
  sensitive = true
  default   = null
}
variable "influxdb_password" {
  type      = string
  ephemeral = true
  sensitive = true
  default   = null
}
variable "influxdb_token" {
  type      = string
  ephemeral = true
  sensitive = true
  default   = null
}
variable "kafka_password" {
  type      = string
  ephemeral = true
  sensitive = true
  default   = null
}
variable "password_version" { type = number }

resource "aws_secretsmanager_secret" "this" {
  for_each                = var.names
  name                    = "trading/${var.environment}/${each.key}"
  kms_key_id              = var.key_arn
  recovery_window_in_days = 30

  dynamic "replica" {
    for_each = var.replica_region == null ? [] : [var.replica_region]
    content {
      region     = replica.value
      kms_key_id = var.replica_key_arn
    }
  }
}

resource "aws_secretsmanager_secret_version" "postgres" {
  secret_id                = aws_secretsmanager_secret.this["postgres-credentials"].id
  secret_string_wo         = jsonencode({ username = "trading", password = var.postgres_password })
  secret_string_wo_version = var.password_version
}

resource "aws_secretsmanager_secret_version" "influxdb" {
  secret_id                = aws_secretsmanager_secret.this["influxdb-credentials"].id
  secret_string_wo         = jsonencode({ password = var.influxdb_password, token = var.influxdb_token })
  secret_string_wo_version = var.password_version
}

resource "aws_secretsmanager_secret_version" "kafka" {
  secret_id                = aws_secretsmanager_secret.this["kafka-credentials"].id
  secret_string_wo         = jsonencode({ username = "trading", password = var.kafka_password })
  secret_string_wo_version = var.password_version
}

output "influxdb_secret_name" { value = aws_secretsmanager_secret.this["influxdb-credentials"].name }
