# Daily backups of what carries the tag `Backup = daily`, with a copy in another region where told.
variable "name" { type = string }
variable "region" { type = string }
variable "account_id" { type = string }
variable "key_arn" { type = string }
variable "retention_days" { type = number }
variable "copy_region" {
  type    = string
  default = null
}
variable "copy_key_arn" {
  type    = string
  default = null
}

resource "aws_backup_vault" "this" {
  name        = var.name
  kms_key_arn = var.key_arn
  lifecycle { prevent_destroy = true }
}

resource "aws_backup_vault" "copy" {
  count       = var.copy_region == null ? 0 : 1
  region      = var.copy_region
  name        = "${var.name}-copy"
  kms_key_arn = var.copy_key_arn
  lifecycle { prevent_destroy = true }
}

resource "aws_backup_vault_lock_configuration" "this" {
  backup_vault_name  = aws_backup_vault.this.name
  min_retention_days = 7
}

resource "aws_iam_role" "this" {
  name = "${var.name}-backup-${var.region}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each   = toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"])
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.key}"
}

resource "aws_backup_plan" "this" {
  name = var.name
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this.name
    schedule          = "cron(0 3 * * ? *)"
    start_window      = 60
    completion_window = 240
    lifecycle { delete_after = var.retention_days }

    dynamic "copy_action" {
      for_each = aws_backup_vault.copy
      content {
        destination_vault_arn = copy_action.value.arn
        lifecycle { delete_after = var.retention_days }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = var.name
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this.arn
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "Backup"
    value = "daily"
  }
}
