output "cluster_name" { value = module.eks.name }
output "data_cidrs" {
  description = "Where the stores are, for the network policies of the platform chart."
  value       = module.vpc.data_cidrs
}
output "postgres_address" { value = module.postgres.address }
output "redis_address" { value = module.redis.address }
output "influxdb_address" { value = module.influxdb.address }
output "kafka_brokers" { value = module.kafka.brokers }
output "certificate_arn" { value = aws_acm_certificate_validation.this.certificate_arn }
output "alarm_topic_arn" { value = module.alarms.topic_arn }
output "runner_project" { value = module.runners.project }
