# A repository for each image. Tags never move, and every image is copied to the recovery region.
variable "apps" { type = set(string) }
variable "account_id" { type = string }
variable "copy_region" { type = string }
variable "key_arn" { type = string }

resource "aws_ecr_repository" "this" {
  for_each             = var.apps
  name                 = "trading/${each.key}"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false
  image_scanning_configuration { scan_on_push = true }
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.key_arn
  }
  lifecycle { prevent_destroy = true }
}

# By number, not by age: an image that runs for a year must still be there to be pulled.
resource "aws_ecr_lifecycle_policy" "this" {
  for_each   = var.apps
  repository = aws_ecr_repository.this[each.key].name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What no tag points at"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "The last 300"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 300 }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule {
      destination {
        region      = var.copy_region
        registry_id = var.account_id
      }
      repository_filter {
        filter      = "trading/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

output "urls" { value = { for app, repository in aws_ecr_repository.this : app => repository.repository_url } }
