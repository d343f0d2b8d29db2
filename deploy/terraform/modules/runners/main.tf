# GitHub's runners inside the network, one machine for each job: the only way to the private endpoint of the cluster.
variable "name" { type = string }
variable "region" { type = string }
variable "account_id" { type = string }
variable "repository_url" { type = string }
variable "connection_arn" {
  description = "Connection to GitHub, which its owner has accepted once in the console."
  type        = string
}
variable "vpc_id" { type = string }
variable "subnet_ids" { type = list(string) }
variable "cluster_security_group_id" { type = string }
variable "key_arn" { type = string }
variable "logs_key_arn" { type = string }

resource "aws_security_group" "this" {
  name        = "${var.name}-runner"
  description = "Runners of the pipeline"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS to GitHub, registries and AWS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "cluster" {
  security_group_id            = var.cluster_security_group_id
  description                  = "API server from the runners"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/trading/${var.name}/runner"
  retention_in_days = 90
  kms_key_id        = var.logs_key_arn
}

resource "aws_iam_role" "this" {
  name = "${var.name}-runner-${var.region}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

# Enough to run; what a job may do, it gets from the role that it takes on by OIDC.
resource "aws_iam_role_policy" "this" {
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:${var.region}:${var.account_id}:log-group:/trading/${var.name}/runner:*"
      },
      { Effect = "Allow", Action = ["codeconnections:UseConnection", "codeconnections:GetConnectionToken", "codeconnections:GetConnection"], Resource = var.connection_arn },
      {
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
          "ec2:DescribeSecurityGroups", "ec2:DescribeDhcpOptions", "ec2:DescribeVpcs",
        ]
        Resource = "*"
      },
      {
        Effect    = "Allow"
        Action    = "ec2:CreateNetworkInterfacePermission"
        Resource  = "arn:aws:ec2:${var.region}:${var.account_id}:network-interface/*"
        Condition = { StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_codebuild_project" "this" {
  name           = "${var.name}-runner"
  service_role   = aws_iam_role.this.arn
  encryption_key = var.key_arn
  build_timeout  = 60

  artifacts { type = "NO_ARTIFACTS" }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    type         = "LINUX_CONTAINER"
  }

  source {
    type     = "GITHUB"
    location = var.repository_url
    auth {
      type     = "CODECONNECTIONS"
      resource = var.connection_arn
    }
  }

  vpc_config {
    vpc_id             = var.vpc_id
    subnets            = var.subnet_ids
    security_group_ids = [aws_security_group.this.id]
  }

  logs_config {
    cloudwatch_logs { group_name = aws_cloudwatch_log_group.this.name }
  }
}

resource "aws_codebuild_webhook" "this" {
  project_name = aws_codebuild_project.this.name
  build_type   = "BUILD"
  filter_group {
    filter {
      type    = "EVENT"
      pattern = "WORKFLOW_JOB_QUEUED"
    }
  }
}

# In a workflow: runs-on: codebuild-<this>-${{ github.run_id }}-${{ github.run_attempt }}
output "project" { value = aws_codebuild_project.this.name }
