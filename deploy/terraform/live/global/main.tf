# What the account has once: names, images, the pipeline's roles, who watches over it.
locals {
  regions = ["us-west-2", "us-east-1"]
}

variable "terminals_region" {
  description = "Region whose gateways terminals connect to. Changed by hand in a disaster, after the other one is fenced off."
  type        = string
  default     = "us-west-2"
  validation {
    condition     = contains(["us-west-2", "us-east-1"], var.terminals_region)
    error_message = "Production runs in us-west-2 and us-east-1."
  }
}

resource "aws_route53_zone" "this" {
  name = var.domain
  lifecycle { prevent_destroy = true }
}

module "key" {
  source     = "../../modules/key"
  name       = "trading-shared"
  region     = "us-west-2"
  account_id = var.account_id
  services   = ["cloudtrail.amazonaws.com", "config.amazonaws.com"]
}

# Alarms of Route 53 can only be seen in us-east-1, and call only topics there.
module "names_key" {
  source     = "../../modules/key"
  name       = "trading-names"
  region     = "us-east-1"
  account_id = var.account_id
  services   = ["cloudwatch.amazonaws.com"]
}

resource "aws_sns_topic" "names" {
  region            = "us-east-1"
  name              = "trading-names"
  kms_master_key_id = module.names_key.arn
}

resource "aws_sns_topic_subscription" "names" {
  region    = "us-east-1"
  topic_arn = aws_sns_topic.names.arn
  protocol  = "email"
  endpoint  = var.alarm_mail
}

module "failover" {
  source           = "../../modules/dns-failover"
  zone_id          = aws_route53_zone.this.zone_id
  domain           = var.domain
  primary_region   = "us-west-2"
  recovery_region  = "us-east-1"
  terminals_region = var.terminals_region
  alarm_topic_arn  = aws_sns_topic.names.arn
}

# `trade` carries the command line, which the migrations run with.
module "images" {
  source      = "../../modules/ecr"
  account_id  = var.account_id
  copy_region = "us-east-1"
  key_arn     = module.key.arn
  apps        = ["prediction", "decision", "execution", "risk-manager", "mt4-gateway", "mt5-gateway", "trade"]
}

module "github" {
  source     = "../../modules/github-oidc"
  account_id = var.account_id
  repository = var.github_repository
  roles = {
    trading-github-images = {
      subjects = ["ref:refs/heads/develop", "ref:refs/heads/main"]
      clusters = []
      push     = true
    }
    trading-github-deploy-staging = {
      subjects = ["environment:staging"]
      clusters = ["trading-staging", "trading-development"]
      push     = false
    }
    trading-github-deploy-production = {
      subjects = ["environment:production", "environment:production-dr"]
      clusters = ["trading-prod-primary", "trading-prod-secondary"]
      push     = false
    }
  }
}

resource "aws_codestarconnections_connection" "github" {
  name          = "trading-github"
  provider_type = "GitHub"
}

module "audit" {
  source      = "../../modules/audit"
  account_id  = var.account_id
  home_region = "us-west-2"
  regions     = local.regions
  key_arn     = module.key.arn
  keep_days   = 365
}

output "zone_id" { value = aws_route53_zone.this.zone_id }
output "name_servers" { value = aws_route53_zone.this.name_servers }
output "github_connection_arn" { value = aws_codestarconnections_connection.github.arn }
output "github_role_arns" { value = module.github.role_arns }
output "repository_urls" { value = module.images.urls }
