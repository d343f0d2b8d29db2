# Kafka, by SCRAM over TLS. The credentials' name must begin with AmazonMSK_ and their key must be a customer's own.
variable "name" { type = string }
variable "kafka_version" { type = string }
variable "instance_type" { type = string }
variable "brokers" { type = number }
variable "volume_gib" { type = number }
variable "vpc_id" { type = string }
variable "subnet_ids" { type = list(string) }
variable "client_security_group_id" { type = string }
variable "key_arn" { type = string }
variable "logs_key_arn" { type = string }
variable "log_retention_days" { type = number }
variable "password" {
  type      = string
  ephemeral = true
  sensitive = true
  default   = null
}
variable "password_version" { type = number }

resource "aws_security_group" "this" {
  name        = "${var.name}-kafka"
  description = "Kafka"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "Kafka by SCRAM from the cluster"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 9096
  to_port                      = 9096
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/trading/${var.name}/kafka"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
}

# Topics are made by the services, with the partitions that the catalogue says.
resource "aws_msk_configuration" "this" {
  name           = var.name
  kafka_versions = [var.kafka_version]
  server_properties = join("\n", [
    "auto.create.topics.enable=false",
    "default.replication.factor=${min(var.brokers, 3)}",
    "min.insync.replicas=${var.brokers >= 3 ? 2 : 1}",
    "unclean.leader.election.enable=false",
    "log.retention.hours=168",
  ])
}

resource "aws_msk_cluster" "this" {
  cluster_name           = var.name
  kafka_version          = var.kafka_version
  number_of_broker_nodes = var.brokers
  enhanced_monitoring    = "PER_TOPIC_PER_BROKER"

  broker_node_group_info {
    instance_type   = var.instance_type
    client_subnets  = var.subnet_ids
    security_groups = [aws_security_group.this.id]
    storage_info {
      ebs_storage_info { volume_size = var.volume_gib }
    }
  }

  client_authentication {
    unauthenticated = false
    sasl { scram = true }
  }

  encryption_info {
    encryption_at_rest_kms_key_arn = var.key_arn
    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }

  configuration_info {
    arn      = aws_msk_configuration.this.arn
    revision = aws_msk_configuration.this.latest_revision
  }

  open_monitoring {
    prometheus {
      jmx_exporter { enabled_in_broker = true }
      node_exporter { enabled_in_broker = true }
    }
  }

  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.this.name
      }
    }
  }

  lifecycle { prevent_destroy = true }
}

resource "aws_secretsmanager_secret" "scram" {
  name                    = "AmazonMSK_${var.name}"
  description             = "Credentials of the services at Kafka"
  kms_key_id              = var.key_arn
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret_version" "scram" {
  secret_id                = aws_secretsmanager_secret.scram.id
  secret_string_wo         = jsonencode({ username = "trading", password = var.password })
  secret_string_wo_version = var.password_version
}

resource "aws_msk_scram_secret_association" "this" {
  cluster_arn     = aws_msk_cluster.this.arn
  secret_arn_list = [aws_secretsmanager_secret.scram.arn]
  depends_on      = [aws_secretsmanager_secret_version.scram]
}

output "name" { value = aws_msk_cluster.this.cluster_name }
output "brokers" { value = aws_msk_cluster.this.bootstrap_brokers_sasl_scram }
