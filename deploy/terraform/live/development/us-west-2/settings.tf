# What settings.tfvars says; the same in every folder below live.
variable "account_id" { type = string }
variable "domain" { type = string }
variable "github_repository" { type = string }
variable "alarm_mail" { type = string }
variable "admin_role_arn" {
  type    = string
  default = null
}
variable "github_connection_arn" {
  description = "Output of the global folder; its owner accepts it once in the console."
  type        = string
  default     = null
}
variable "zone_id" {
  description = "Output of the global folder."
  type        = string
  default     = null
}
