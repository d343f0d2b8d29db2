# Buckets for models and backups: versioned, encrypted, closed; locked and copied to another region where told.
variable "buckets" {
  description = "By purpose: name, days that a version stays locked (0: no lock), days until old versions go."
  type        = map(object({ name = string, lock_days = number, noncurrent_days = number }))
}
variable "region" { type = string }
variable "account_id" { type = string }
variable "key_arn" { type = string }
variable "copy_region" {
  description = "Region that objects are copied to; null for none."
  type        = string
  default     = null
}
variable "copy_key_arn" {
  type    = string
  default = null
}
variable "copy_role" {
  description = "Name of the role that copies."
  type        = string
  default     = "trading-bucket-copy"
}

locals {
  copied = var.copy_region == null ? {} : var.buckets
  # The copies stand in the same list as their sources: what holds for one holds for the other.
  all = merge(
    { for purpose, bucket in var.buckets : purpose => merge(bucket, { region = var.region, key = var.key_arn }) },
    { for purpose, bucket in local.copied : "${purpose}-copy" => merge(bucket, {
      name = "${bucket.name}-copy", region = var.copy_region, key = var.copy_key_arn
    }) },
  )
}

resource "aws_s3_bucket" "this" {
  for_each            = local.all
  region              = each.value.region
  bucket              = each.value.name
  object_lock_enabled = each.value.lock_days > 0
  force_destroy       = false

  lifecycle { prevent_destroy = true }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.all
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.all
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = each.value.key
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each                = local.all
  region                  = each.value.region
  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_object_lock_configuration" "this" {
  for_each = { for purpose, bucket in local.all : purpose => bucket if bucket.lock_days > 0 }
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = each.value.lock_days
    }
  }
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.all
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id
  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration { noncurrent_days = each.value.noncurrent_days }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.all
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EncryptedTransportOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::${each.value.name}", "arn:aws:s3:::${each.value.name}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_iam_role" "copy" {
  count = var.copy_region == null ? 0 : 1
  name  = var.copy_role
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "copy" {
  count = var.copy_region == null ? 0 : 1
  role  = aws_iam_role.copy[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = [for bucket in var.buckets : "arn:aws:s3:::${bucket.name}"]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging", "s3:GetObjectRetention", "s3:GetObjectLegalHold"]
        Resource = [for bucket in var.buckets : "arn:aws:s3:::${bucket.name}/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = [for bucket in var.buckets : "arn:aws:s3:::${bucket.name}-copy/*"]
      },
      { Effect = "Allow", Action = ["kms:Decrypt"], Resource = var.key_arn },
      { Effect = "Allow", Action = ["kms:Encrypt", "kms:GenerateDataKey"], Resource = var.copy_key_arn },
    ]
  })
}

# Deletions are not copied: what is deleted by mistake here is still there.
resource "aws_s3_bucket_replication_configuration" "this" {
  for_each = local.copied
  region   = var.region
  bucket   = aws_s3_bucket.this[each.key].id
  role     = aws_iam_role.copy[0].arn
  rule {
    id     = "copy"
    status = "Enabled"
    filter {}
    delete_marker_replication { status = "Disabled" }
    source_selection_criteria {
      sse_kms_encrypted_objects { status = "Enabled" }
    }
    destination {
      bucket        = aws_s3_bucket.this["${each.key}-copy"].arn
      storage_class = "STANDARD_IA"
      encryption_configuration { replica_kms_key_id = var.copy_key_arn }
      metrics {
        status = "Enabled"
        event_threshold { minutes = 15 }
      }
      replication_time {
        status = "Enabled"
        time { minutes = 15 }
      }
    }
  }
  depends_on = [aws_s3_bucket_versioning.this]
}
