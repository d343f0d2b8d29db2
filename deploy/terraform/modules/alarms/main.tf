# What AWS itself can tell of the stores, to a topic that people subscribe to. Alarms of the services are Prometheus' task.
variable "name" { type = string }
variable "account_id" { type = string }
variable "key_arn" { type = string }
variable "mail" { type = string }
variable "postgres" { type = string }
variable "postgres_follows" { type = bool }
variable "redis" { type = string }
variable "kafka" { type = string }
variable "influxdb_instance_id" { type = string }

resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com", "backup.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = var.mail
}

locals {
  postgres = { DBInstanceIdentifier = var.postgres }
  redis    = { CacheClusterId = "${var.redis}-001" }
  kafka    = { "Cluster Name" = var.kafka }
  alarms = merge({
    postgres-cpu     = { space = "AWS/RDS", metric = "CPUUtilization", by = local.postgres, above = 85 }
    postgres-storage = { space = "AWS/RDS", metric = "FreeStorageSpace", by = local.postgres, below = 20 * 1024 * 1024 * 1024 }
    redis-memory     = { space = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", by = local.redis, above = 80 }
    redis-evictions  = { space = "AWS/ElastiCache", metric = "Evictions", by = local.redis, above = 0 }
    kafka-offline    = { space = "AWS/Kafka", metric = "OfflinePartitionsCount", by = local.kafka, above = 0 }
    kafka-controller = { space = "AWS/Kafka", metric = "ActiveControllerCount", by = local.kafka, below = 0.1 }
    influxdb-status  = { space = "AWS/EC2", metric = "StatusCheckFailed", by = { InstanceId = var.influxdb_instance_id }, above = 0 }
    }, var.postgres_follows ? {
    postgres-lag = { space = "AWS/RDS", metric = "ReplicaLag", by = local.postgres, above = 60 }
  } : {})
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  namespace           = each.value.space
  metric_name         = each.value.metric
  dimensions          = each.value.by
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = try(each.value.above, each.value.below)
  comparison_operator = can(each.value.above) ? "GreaterThanThreshold" : "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

output "topic_arn" { value = aws_sns_topic.this.arn }
