variable "name" {
  description = "Prefix of what the region holds; differs between the regions of a tier."
  type        = string
}
variable "environment" {
  type = string
  validation {
    condition     = contains(["development", "staging", "production"], var.environment)
    error_message = "A tier is development, staging or production."
  }
}
variable "region" { type = string }
variable "copy_region" {
  description = "Where backups, models and secrets are copied to; null where nothing is."
  type        = string
  default     = null
}
variable "owns_data" {
  description = "False in a recovery region: it reads the copies of buckets and secrets that the primary region makes there."
  type        = bool
}
variable "account_id" {
  type = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account number has twelve digits."
  }
}
variable "domain" { type = string }
variable "zone_id" { type = string }
variable "github_repository" { type = string }
variable "github_connection_arn" { type = string }
variable "alarm_mail" { type = string }
variable "admin_role_arn" {
  type    = string
  default = null
}
variable "cidr" { type = string }
variable "zones" { type = list(string) }
variable "nat_gateways" { type = number }
variable "interface_endpoints" { type = set(string) }
variable "endpoint_zones" { type = number }
variable "cluster_name" { type = string }
variable "kubernetes_version" {
  type    = string
  default = "1.35"
}
variable "log_retention_days" { type = number }
variable "node_groups" {
  type = map(object({
    instance_type = string
    min           = number
    max           = number
    desired       = number
    labels        = optional(map(string), {})
    taints        = optional(map(string), {})
    disk_gib      = optional(number, 50)
  }))
}
variable "postgres" {
  type = object({
    identifier            = string
    database              = string
    instance_class        = string
    replica_class         = optional(string)
    read_replicas         = number
    multi_az              = bool
    allocated_gib         = number
    max_allocated_gib     = number
    backup_retention_days = number
    maintenance_window    = string
    monitoring_interval   = number
    source_arn            = optional(string)
  })
  validation {
    condition     = var.postgres.backup_retention_days > 0
    error_message = "Without backups there is no replica, and no way back."
  }
}
variable "redis" {
  type = object({ name = string, node_type = string, nodes = number, snapshot_days = number })
}
variable "influxdb" {
  type = object({ instance_type = string, root_gib = number, data_gib = number })
}
variable "kafka" {
  type = object({ name = string, version = string, instance_type = string, brokers = number, volume_gib = number })
}
variable "secret_names" {
  type = set(string)
  default = [
    "postgres-credentials", "postgres-roles", "redis-credentials", "influxdb-credentials", "kafka-credentials",
    "trading-tokens", "terminal-keys", "risk-signing", "grpc-tls", "approvals",
  ]
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
variable "password_version" {
  description = "A higher number changes the passwords that Terraform made up."
  type        = number
  default     = 1
}
