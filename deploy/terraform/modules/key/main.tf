# One customer-managed key with rotation. Services that may use it are named; people get at it through IAM.
variable "name" { type = string }
variable "region" { type = string }
variable "account_id" { type = string }
variable "services" {
  description = "AWS services that encrypt with the key for themselves, as service principals."
  type        = list(string)
  default     = []
}

locals {
  logs  = "logs.${var.region}.amazonaws.com"
  using = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
}

resource "aws_kms_key" "this" {
  region                  = var.region
  description             = var.name
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = local.logs }
        Action    = local.using
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:*" } }
      },
      ], [for service in var.services : {
        Sid       = replace(title(service), ".", "")
        Effect    = "Allow"
        Principal = { Service = service }
        Action    = local.using
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }])
  })

  lifecycle { prevent_destroy = true }
}

resource "aws_kms_alias" "this" {
  region        = var.region
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

output "arn" { value = aws_kms_key.this.arn }
