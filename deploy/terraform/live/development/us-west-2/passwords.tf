# Made up by `up.sh` for each run and sent only when `password_version` grows. They are never in state or plan.
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
  type    = number
  default = 1
}
